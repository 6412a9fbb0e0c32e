// A node under trial, in a process of its own: `node node.js <url of the broker> <nodeTimeout>`. It answers what its parent asks, and tells what its bus reports.
import {
  Bus,
  Connection,
  Down,
  Info,
  json,
  OnInfo,
  OnInit,
  OnText,
  Presence,
  PresenceDiff,
  type Ref,
  serve,
  VaqueroError,
  WebSocketHandler,
} from 'vaquero';
import { NatsBus } from 'vaquero/nats';
import { RedisBus } from 'vaquero/redis';
import { now } from './clock.js';

/** What a client said: the number that it gave it, and its name. */
@Info('trial.said')
class Said {
  constructor(readonly text: string) {}
}

/** Gets what is said in a topic; the first frame says that from now on it does. */
@WebSocketHandler('/listen/:topic')
class Listener {
  @OnInit() async listen(connection: Connection<{ topic: string }>) {
    await connection.subscribe(connection.params.topic);
    return 'listening';
  }
  @OnInfo() said(info: Said) {
    return info.text;
  }
}

/** Says in a topic what its client sends. */
@WebSocketHandler('/speak/:topic')
class Speaker {
  constructor(
    private readonly connection: Connection<{ topic: string }>,
    private readonly bus: Bus,
  ) {}
  @OnText() say(text: string) {
    this.bus.publish(this.connection.params.topic, new Said(text));
  }
}

/** Is present in a room; the first frame is its ref. */
@WebSocketHandler('/enter/:room')
class Member {
  @OnInit() async enter(connection: Connection<{ room: string }>) {
    await connection.track(connection.params.room);
    return connection.ref;
  }
}

/** Sees who leaves a room, and who is there: `list` asks. */
@WebSocketHandler('/observe/:room')
class Observer {
  constructor(
    private readonly connection: Connection<{ room: string }>,
    private readonly presence: Presence,
  ) {}
  @OnInit() async observe() {
    await this.connection.subscribe(this.connection.params.room);
    return 'observing';
  }
  @OnText() async list() {
    return json({ present: (await this.presence.list(this.connection.params.room)).map(({ ref }) => ref) });
  }
  @OnInfo() changed({ leaves }: PresenceDiff) {
    if (leaves.length > 0) return json({ left: leaves.map(({ ref }) => ref) });
  }
}

/** Monitors the connection whose ref its client sends. */
@WebSocketHandler('/watch')
class Watch {
  constructor(private readonly connection: Connection) {}
  @OnText() monitor(ref: string) {
    this.connection.monitor(ref as Ref);
    return 'watching';
  }
  @OnInfo() down({ reason }: Down) {
    return `down: ${JSON.stringify(reason)}`;
  }
}

/** What the parent can ask for. */
export type Question = { kind: 'measure' } | { kind: 'publish'; topics: number; each: number; text: string };

/** What the bus of a node did. */
export type Measured = Pick<Bus, 'status' | 'counters'>;

/** What a node tells without being asked. */
export interface Report {
  readonly code: string;
  /** When, on the shared clock. */
  readonly at: number;
}

export type Told = { readonly port: number } | { readonly report: Report } | { readonly answer: Measured };

const [url = '', nodeTimeout = ''] = process.argv.slice(2);
const options = { nodeTimeout: Number(nodeTimeout) };
const tell = (told: Told) => process.send?.(told);

const server = await serve({
  handlers: [Listener, Speaker, Member, Observer, Watch],
  bus: url.startsWith('redis:') ? new RedisBus({ url, ...options }) : new NatsBus({ servers: url, ...options }),
  onError: (error) => tell({ report: { code: VaqueroError.is(error) ? error.code : String(error), at: now() } }),
});

function publish({ topics, each, text }: Question & { kind: 'publish' }): void {
  for (let i = 0; i < topics * each; i++) server.bus.publish(`topic-${i % topics}`, new Said(`${text} ${i}`));
}

process.on('message', (question: Question) => {
  if (question.kind === 'publish') publish(question);
  tell({ answer: { status: server.bus.status, counters: server.bus.counters } });
});
process.on('disconnect', () => process.exit());
tell({ port: Number(new URL(server.url).port) });
