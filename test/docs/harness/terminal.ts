import { WebSocket } from 'ws';
import type { Program } from './program.js';

/**
 * The terminals in which a page speaks to its program. Each command has one of its own, and connections stay open to the end. Two commands
 * are understood: `npx wscat -c ws://localhost:8080/path [-H 'Name: value'] [-s subprotocol]` and `curl http://localhost:8080/path`.
 */
export class Terminals {
  readonly #program: Program;
  readonly #peers: Peer[] = [];

  constructor(program: Program) {
    this.#program = program;
  }

  /** Does what a `console` block shows, and holds what comes to what it says. One that begins without a command goes on in the first terminal. */
  async perform(transcript: string): Promise<void> {
    let peer = this.#peers[0];
    for (const line of transcript.split('\n')) {
      if (line.startsWith('$ ')) {
        await peer?.settled();
        peer = await start(words(line.slice(2)), this.#program);
        this.#peers.push(peer);
      } else if (peer === undefined) throw new Error(`The first transcript starts with "$ ", not with "${line}"`);
      else await peer.line(line);
    }
    await peer?.settled();
  }

  /** Closes what is open. What came and no transcript shows is no fault: a page need not show all. */
  async close(): Promise<void> {
    for (const peer of this.#peers) await peer.close();
  }
}

/** One command of a transcript. */
interface Peer {
  /** Does what a line after the command shows, or compares it. */
  line(line: string): Promise<void>;
  /** Resolves when a command that ends by itself has ended. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

async function start(command: readonly string[], program: Program): Promise<Peer> {
  const headers = Object.fromEntries(
    valuesOf('-H', command).map((header) => [header.slice(0, header.indexOf(':')), header.slice(header.indexOf(':') + 1).trim()]),
  );
  const address = command.find((word) => /^(ws|http):\/\/localhost:\d+\//.test(word));
  if (address === undefined) throw new Error(`"${command.join(' ')}" names no address of this machine`);
  const url = new URL(address);
  url.port = String(await program.portFor(Number(url.port)));
  if (command[0] === 'curl') return new Curl(fetch(url, { headers }));
  if (command.slice(0, 3).join(' ') === 'npx wscat -c') {
    return new Wscat(new WebSocket(url, valuesOf('-s', command), { headers }));
  }
  throw new Error(`"${command.join(' ')}" is no command that a transcript knows`);
}

class Wscat implements Peer {
  readonly #socket: WebSocket;
  /** What it shows, a line each, that the transcript has not had. */
  readonly #shown: string[] = [];
  readonly #closed: Promise<unknown>;
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('open', () => this.#show('Connected (press CTRL+C to quit)'));
    socket.on('message', (data) => this.#show(`< ${data}`));
    socket.on('close', (code, reason) => this.#show(`Disconnected (code: ${code}, reason: "${reason}")`));
    socket.on('error', (error) => this.#show(`error: ${error.message}`));
  }

  async line(line: string): Promise<void> {
    if (line === '^C') return this.close();
    if (line.startsWith('> ')) return this.#socket.send(line.slice(2));
    while (this.#shown.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    const shown = this.#shown.shift();
    if (shown !== line) throw new Error(`The page shows\n${line}\nand what came is\n${shown}`);
  }

  async settled(): Promise<void> {}

  async close(): Promise<void> {
    this.#socket.close();
    await this.#closed;
  }

  #show(line: string): void {
    this.#shown.push(line);
    this.#wake();
  }
}

class Curl implements Peer {
  readonly #response: Promise<Response>;
  readonly #expected: string[] = [];

  constructor(response: Promise<Response>) {
    this.#response = response;
  }

  async line(line: string): Promise<void> {
    this.#expected.push(line);
  }

  async settled(): Promise<void> {
    const body = (await (await this.#response).text()).trimEnd();
    const expected = this.#expected.join('\n');
    if (body !== expected) throw new Error(`The page shows\n${expected}\nand what came is\n${body}`);
  }

  async close(): Promise<void> {}
}

/** A command's words; quotes hold one together. */
function words(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare ?? '');
}

/** What follows each of an option's places. */
function valuesOf(option: string, command: readonly string[]): string[] {
  return command.flatMap((word, i) => (word === option ? [command[i + 1] ?? ''] : []));
}
