import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';

/** Stands between a node and its broker, and counts what the broker sends to the node. */
export class Tap {
  /** Bytes that went to the node. */
  bytes = 0;
  /** Times that the mark was in them. */
  marks = 0;

  private constructor(private readonly server: Server) {}

  static async open(brokerPort: number, mark: string): Promise<Tap> {
    const server = createServer();
    const tap = new Tap(server);
    server.on('connection', (node) => {
      const broker = connect(brokerPort, '127.0.0.1');
      let rest = '';
      broker.on('data', (chunk: Buffer) => {
        const text = rest + chunk.toString('latin1');
        tap.bytes += chunk.length;
        tap.marks += text.split(mark).length - 1;
        rest = text.slice(1 - mark.length);
      });
      node.pipe(broker).pipe(node);
      for (const [one, other] of [
        [node, broker],
        [broker, node],
      ] as const) {
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return tap;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
  }
}
