import { describe, expect, test } from '@jest/globals';
import {
  type Connection,
  close,
  type HandlerClass,
  OnInfo,
  OnInit,
  OnTerminate,
  OnText,
  OnUpgrade,
  reject,
  stop,
  type TerminateReason,
  WebSocketHandler,
} from 'vaquero';
import { VirtualClock } from 'vaquero/testing';
import { DOORS, type Door, type House, type Visitor } from '../../support/doors.js';
import { Events } from '../../support/events.js';
import { frame, Op } from '../../support/raw-client.js';

/** Each reason for which a connection can end, brought about over a socket and mounted, while nothing runs and while a callback does. */

const boom = new Error('boom');
let ended = new Events<TerminateReason>();
let log: string[] = [];
let release: () => void = () => undefined;
let running = new Events<string>();

class Busy {}

@WebSocketHandler('/', { idleTimeout: 10_000, maxFrameSize: 100 })
class Handler {
  @OnInit() init(connection: Connection) {
    connection.subscribe('all');
    return 'ready';
  }

  @OnText() async text(message: string) {
    if (message === 'stop') return [stop(), 'dropped'];
    if (message === 'close') return close(4009, 'mine');
    if (message === 'throw') throw boom;
    if (message === 'invalid') return { plain: 'object' } as never;
    return message;
  }

  @OnInfo(Busy) async busy() {
    log.push('begin');
    running.push('begin');
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    log.push('end');
    return 'too late';
  }

  @OnTerminate() terminate(reason: TerminateReason) {
    log.push('terminate');
    ended.push(reason);
  }
}

interface Ending {
  readonly cause: (client: Visitor, server: House, clock: VirtualClock) => unknown;
  readonly reason: unknown;
  /** What the client sees: 1006 where the socket just closes. */
  readonly code: number;
  readonly closeReason?: string;
  /** Only a callback can do it, so it does not happen while another runs. */
  readonly ownDoing?: true;
  /** Only bytes can do it. */
  readonly bytes?: true;
}

const ENDINGS: Record<string, Ending> = {
  'the client closes with code and payload': {
    cause: (client) => void client.close(4242, 'grüße'),
    reason: { type: 'remote', code: 4242, payload: 'grüße' },
    code: 4242,
  },
  'the client closes with a code': {
    cause: (client) => void client.close(1001),
    reason: { type: 'remote', code: 1001, payload: '' },
    code: 1001,
  },
  'the client closes without a code': { cause: (client) => void client.close(), reason: { type: 'remote' }, code: 1005 },
  'the client half-closes its socket': {
    cause: (client) => client.raw.socket.end(),
    reason: { type: 'error', error: 'closed' },
    code: 1006,
    bytes: true,
  },
  'the client resets its socket': { cause: (client) => client.drop(), reason: { type: 'error', error: 'closed' }, code: 1006 },
  'the client is silent': {
    cause: (_client, _server, clock) => clock.advance(11_001),
    reason: { type: 'timeout' },
    code: 1000,
  },
  'a bad frame': {
    cause: (client) => client.raw.write(frame(5)),
    reason: { type: 'error', error: 'badframe' },
    code: 1002,
    bytes: true,
  },
  'bad UTF-8': {
    cause: (client) => client.raw.write(frame(Op.text, Buffer.from([0xff]))),
    reason: { type: 'error', error: 'badencoding' },
    code: 1007,
    bytes: true,
  },
  'a message over the limit': {
    cause: (client) => client.text('x'.repeat(101)),
    reason: { type: 'error', error: 'badsize' },
    code: 1009,
  },
  'the server closes': { cause: (_client, server) => void server.close(), reason: { type: 'shutdown' }, code: 1012 },
  'the handler stops': { cause: (client) => client.text('stop'), reason: { type: 'stop' }, code: 1000, ownDoing: true },
  'the handler closes': {
    cause: (client) => client.text('close'),
    reason: { type: 'stop' },
    code: 4009,
    closeReason: 'mine',
    ownDoing: true,
  },
  'the handler throws': {
    cause: (client) => client.text('throw'),
    reason: { type: 'crash', error: boom },
    code: 1011,
    ownDoing: true,
  },
  'the handler replies what is no reply': {
    cause: (client) => client.text('invalid'),
    reason: { type: 'crash', error: expect.objectContaining({ code: 'VAQUERO_INVALID_REPLY' }) },
    code: 1011,
    ownDoing: true,
  },
};

async function open(door: Door, handler: HandlerClass = Handler) {
  ended = new Events();
  running = new Events();
  log = [];
  const clock = new VirtualClock();
  const server = await door.open([handler], { clock });
  const client = await server.visit('/');
  expect(await client.nextText()).toBe('ready');
  return { clock, server, client };
}

describe.each(DOORS)('$name', (door) => {
  const endings = Object.entries(ENDINGS).filter(([, { bytes }]) => door.name === 'over the wire' || bytes === undefined);

  describe('while nothing runs', () => {
    test.each(endings)('%s', async (_name, { cause, reason, code, closeReason = '' }) => {
      const { clock, server, client } = await open(door);
      await cause(client, server, clock);
      expect(await ended.next()).toEqual(reason);
      expect(await client.closed).toEqual({ code, reason: closeReason });
      expect(log).toEqual(['terminate']);
      await server.close();
      expect(ended.all).toHaveLength(1);
    });
  });

  describe('while a callback runs, @OnTerminate waits for it', () => {
    const others = endings.filter(([, { ownDoing }]) => ownDoing === undefined);

    test.each(others)('%s', async (_name, { cause, reason, code }) => {
      const { clock, server, client } = await open(door);
      server.bus.publish('all', new Busy());
      await running.next();
      await cause(client, server, clock);
      // Another connection has been opened since, so what the cause sent has arrived.
      const probe = server.connections > 0 && code !== 1012 ? await server.visit('/') : client;
      if (probe !== client) await probe.nextText();
      expect(log).toEqual(['begin']);
      release();
      expect(await ended.next()).toEqual(reason);
      expect(log).toEqual(['begin', 'end', 'terminate']);
      const seen = await client.closed;
      expect(seen.code).toBe(code);
      expect(ended.all).toHaveLength(1);
    });
  });

  describe('a refused upgrade', () => {
    test('by @OnUpgrade ends with normal, after the handler was made', async () => {
      @WebSocketHandler('/')
      class Refusing {
        @OnUpgrade() admit() {
          return reject(403, { body: 'no' });
        }

        @OnInit() init() {
          log.push('init');
        }

        @OnTerminate() terminate(reason: TerminateReason) {
          ended.push(reason);
        }
      }
      ended = new Events();
      log = [];
      const server = await door.open([Refusing]);
      expect(await server.knock('/')).toMatchObject({ status: 403, body: 'no' });
      expect(await ended.next()).toEqual({ type: 'normal' });
      expect(log).toEqual([]);
      expect(server.connections).toBe(0);
    });

    test('by a crash of @OnUpgrade ends with crash, and 500 without a word of the error', async () => {
      @WebSocketHandler('/')
      class Crashing {
        @OnUpgrade() async admit() {
          throw boom;
        }

        @OnTerminate() terminate(reason: TerminateReason) {
          ended.push(reason);
        }
      }
      ended = new Events();
      const server = await door.open([Crashing]);
      const response = await server.knock('/');
      expect(response.status).toBe(500);
      expect(response.body).not.toContain('boom');
      expect(await ended.next()).toEqual({ type: 'crash', error: boom });
      expect(server.errors).toMatchObject([{ error: boom, context: { stage: 'upgrade', handler: 'Crashing', method: 'admit' } }]);
    });
  });

  test('a crash of @OnTerminate is reported, and ends nothing twice', async () => {
    @WebSocketHandler('/')
    class Leaving {
      @OnInit() init() {
        return 'ready';
      }

      @OnTerminate() async terminate() {
        throw boom;
      }
    }
    const { server, client } = await open(door, Leaving);
    const reported = server.nextError();
    expect(await client.close(1000)).toEqual({ code: 1000, reason: '' });
    expect(await reported).toMatchObject({ error: boom, context: { stage: 'terminate', handler: 'Leaving' } });
    await server.close();
    expect(server.errors).toHaveLength(1);
  });
});
