import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** The request that a well-behaved client sends. */
export function request(path: string, port: number): string {
  return (
    `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`
  );
}

/** A client's frame; the mask is zero, which is as good as any. */
export function frame(opcode: number, payload: Buffer | string, final = true): Buffer {
  const bytes = Buffer.from(payload);
  const header = bytes.length < 126 ? 6 : bytes.length < 65_536 ? 8 : 14;
  const whole = Buffer.alloc(header + bytes.length);
  whole[0] = (final ? 0x80 : 0) | opcode;
  if (header === 6) whole[1] = 0x80 | bytes.length;
  else if (header === 8) {
    whole[1] = 0x80 | 126;
    whole.writeUInt16BE(bytes.length, 2);
  } else {
    whole[1] = 0x80 | 127;
    whole.writeUIntBE(bytes.length, 4, 6);
  }
  bytes.copy(whole, header);
  return whole;
}

/** A server's frame. */
export interface ServerFrame {
  readonly first: number;
  readonly payload: Buffer;
}

/** Reads a server's frames from bytes in pieces; what is no frame of a server's throws. */
export class FrameReader {
  private rest: Buffer = Buffer.alloc(0);

  *read(chunk: Buffer): Generator<ServerFrame> {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    for (;;) {
      const { rest } = this;
      if (rest.length < 2) return;
      let length = rest[1] as number;
      let header = 2;
      if (length > 127) throw new Error('a masked frame from the server');
      if (length === 126) {
        if (rest.length < 4) return;
        length = rest.readUInt16BE(2);
        header = 4;
      } else if (length === 127) {
        if (rest.length < 10) return;
        length = rest.readUIntBE(4, 6);
        header = 10;
      }
      if (rest.length < header + length) return;
      this.rest = rest.subarray(header + length);
      yield { first: rest[0] as number, payload: rest.subarray(header, header + length) };
    }
  }
}

/** Connects and completes the handshake; what follows it is the caller's to read. */
export async function open(port: number, path: string, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
  socket.on('error', () => socket.destroy());
  socket.write(request(path, port));
  const [head] = (await once(socket, 'data')) as [Buffer];
  if (!head.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(`not upgraded: ${head}`);
  const frames = head.subarray(head.indexOf('\r\n\r\n') + 4);
  if (frames.length > 0) socket.unshift(frames);
  return socket;
}

/** Resolves when a socket is gone, for whatever reason. */
export async function gone(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}
