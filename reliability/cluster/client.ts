import type { Socket } from 'node:net';
import { FrameReader, frame, open } from '../wire.js';

const PING = 0x89;
const PONG = 0xa;
const TEXT = 0x81;

/** A client of a node. */
export class Client {
  /** Resolves when the connection is gone. */
  readonly ended: Promise<void>;
  /** The first text: servers greet with it. */
  readonly greeting: Promise<string>;

  private constructor(
    private readonly socket: Socket,
    heard: (text: string) => void,
  ) {
    const reader = new FrameReader();
    let hear = heard;
    this.greeting = new Promise((resolve) => {
      hear = (text) => {
        hear = heard;
        resolve(text);
      };
    });
    socket.on('data', (chunk: Buffer) => {
      for (const { first, payload } of reader.read(chunk)) {
        if (first === PING) socket.write(frame(PONG, payload));
        else if (first === TEXT) hear(payload.toString());
      }
    });
    this.ended = new Promise((resolve) => socket.once('close', resolve));
  }

  /** @param heard - told each text but the first */
  static async connect(port: number, path: string, heard: (text: string) => void = () => undefined): Promise<Client> {
    return new Client(await open(port, path), heard);
  }

  say(text: string): void {
    this.socket.write(frame(1, text));
  }

  end(): void {
    this.socket.destroy();
  }
}
