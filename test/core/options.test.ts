import { describe, expect, test } from '@jest/globals';
import { type HandlerClass, type HandlerOptions, latest, type ServeOptions, VaqueroError, WebSocketHandler } from 'vaquero';
import { recorder, start } from '../support/servers.js';

/** Both sides of every limit: the last value that is good starts a server, the first that is bad is refused by name. */

const MAX = 2_147_483_647;

interface Limits {
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
  /** What is said of the bad ones. */
  readonly rule: string;
}

const flag: Limits = { good: [true, false], bad: [0, 1, 'true', null], rule: 'true or false' };
const integer = (from: number, to = MAX, unit = ''): Limits => ({
  good: [from, to],
  bad: [from - 1, to + 1, from + 0.5, String(from), Number.NaN, Number.POSITIVE_INFINITY, null],
  rule: `an integer from ${from} to ${to}${unit}`,
});
/** The limits of one key of an option that is an object. */
const inside = (key: string, { good, bad, rule }: Limits, rest: object = {}): Limits => ({
  good: good.map((value) => ({ ...rest, [key]: value })),
  bad: bad.map((value) => ({ ...rest, [key]: value })),
  rule: `an object in which ${key} is ${rule}`,
});
const policies: Limits = {
  good: ['close', 'drop-oldest', 'drop-newest', latest(() => 1)],
  bad: ['drop', 'CLOSE', 7, null, {}, () => 1],
  rule: "'close', 'drop-oldest', 'drop-newest' or latest(key)",
};
/** An option may have several rows. */
const HANDLER_OPTIONS: Readonly<Record<keyof HandlerOptions, readonly Limits[]>> = {
  idleTimeout: [
    {
      good: [1, 1.5, MAX, Number.POSITIVE_INFINITY],
      bad: [0.999, 0, -1, MAX + 1, Number.NEGATIVE_INFINITY, Number.NaN, '1', null],
      rule: `a number of milliseconds from 1 to ${MAX}, or Infinity`,
    },
  ],
  heartbeat: [flag],
  compress: [flag],
  validateUtf8: [flag],
  maxFrameSize: [integer(1, MAX, ' bytes')],
  maxFragments: [integer(1)],
  maxSubscriptions: [integer(0)],
  maxTimers: [integer(0)],
  deflateOptions: [
    { good: [{}], bad: [null, true, [], 'fast'], rule: 'an object' },
    { good: [], bad: [{ windowBits: 9 }], rule: 'an object with the keys serverNoContextTakeover, ' },
    inside('serverNoContextTakeover', flag),
    inside('clientNoContextTakeover', flag),
    inside('serverMaxWindowBits', integer(9, 15)),
    inside('clientMaxWindowBits', integer(9, 15)),
    inside('level', integer(0, 9)),
    inside('memLevel', integer(1, 9)),
    inside('threshold', integer(0, MAX, ' bytes')),
    inside('strategy', {
      good: ['default', 'filtered', 'huffman', 'rle', 'fixed'],
      bad: ['best', 0, null],
      rule: "'default', 'filtered', 'huffman', 'rle' or 'fixed'",
    }),
  ],
  subprotocols: [
    {
      good: [[], ['chat'], ['chat.v2', 'chat.v1'], ["!#$%&'*+-.^_`|~09AZaz"]],
      bad: ['chat', [''], ['two words'], ['a,b'], ['a"'], ['ä'], ['twice', 'twice'], [7], {}, null],
      rule: 'a list of different tokens (RFC 6455, section 4.1)',
    },
  ],
  origins: [
    {
      good: ['same-origin', '*', [], ['https://a.example', /^https:/], () => true],
      bad: ['https://a.example', '', true, [7], [null], {}, null],
      rule: "'same-origin', '*', a list of origins and patterns, or a function",
    },
    {
      good: [
        [],
        ['https://A.example', 'http://localhost:5173', 'http://[::1]:8080', 'http://127.0.0.1'],
        ['null', 'file://', 'capacitor://localhost', 'chrome-extension://abcdef', 'wss://a.example'],
      ],
      bad: [],
      rule: '',
    },
    notAnOrigin('https://a.example/', "'https://a.example'"),
    notAnOrigin('https://a.example/app?x', "'https://a.example'"),
    notAnOrigin('https://a.example:443', "'https://a.example'"),
    notAnOrigin('https://b\u00fccher.example', "'https://xn--bcher-kva.example'"),
    notAnOrigin('a.example', "'https://a.example'"),
    notAnOrigin('a.example:8443', "'https://a.example:8443'"),
    notAnOrigin('localhost:5173', "'http://localhost:5173'"),
    notAnOrigin('capacitor://localhost/', "'capacitor://localhost'"),
    notAnOrigin('*', "'*' in place of the list"),
    notAnOrigin('same-origin', 'a function of origin and request'),
    notAnOrigin('https://*.a.example', 'a pattern, such as /^https:\\/\\/[\\w-]+\\.example\\.com$/'),
    notAnOrigin('', "an origin, such as 'https://example.com'"),
    notAnOrigin('https://', "an origin, such as 'https://example.com'"),
    notAnOrigin('not an origin', "an origin, such as 'https://example.com'"),
  ],
  mailbox: [
    { good: [{}], bad: [null, 5, []], rule: 'an object' },
    { good: [], bad: [{ size: 5 }], rule: 'an object with the keys limit, policy (not size)' },
    inside('limit', integer(1, MAX, ' messages')),
    inside('policy', policies),
  ],
  backpressure: [
    { good: [{}], bad: [null, 5, []], rule: 'an object' },
    { good: [], bad: [{ size: 5 }], rule: 'an object with the keys limit, policy (not size)' },
    inside('limit', integer(1, MAX, ' bytes')),
    inside('policy', policies),
  ],
  rateLimit: [
    { good: [], bad: [5, null, []], rule: 'an object' },
    { good: [], bad: [{}, { per: 1 }], rule: `an object with messages, an integer from 1 to ${MAX}` },
    { good: [], bad: [{ messages: 1, every: 5 }], rule: 'an object with the keys messages, per, burst, policy' },
    inside('messages', integer(1)),
    inside(
      'per',
      {
        good: [1, 1.5, MAX],
        bad: [0.999, 0, MAX + 1, Number.POSITIVE_INFINITY, Number.NaN, '1'],
        rule: `a number of milliseconds from 1 to ${MAX}`,
      },
      { messages: 1 },
    ),
    inside('burst', integer(1), { messages: 1 }),
    inside(
      'policy',
      { good: ['close', 'drop', 'pause'], bad: ['wait', true, null], rule: "'close', 'drop' or 'pause'" },
      { messages: 1 },
    ),
  ],
  requestFilter: [{ good: [() => ({})], bad: [{}, 'path', null], rule: 'a function of the request' }],
};

const SERVE_OPTIONS: Readonly<Partial<Record<keyof ServeOptions, Limits>>> = {
  handlers: { good: [[]], bad: [undefined, null, {}, 'handlers'], rule: "a list of classes, or await discover('dir')" },
  port: { ...integer(0, 65_535), good: [0, undefined] },
  host: { good: ['localhost', '127.0.0.1'], bad: [0, null, true], rule: 'a string' },
  maxConnections: counted(),
  maxConnectionsPerAddress: counted(),
  maxPendingUpgrades: counted(),
  handshakeTimeout: integer(1, MAX, ' milliseconds'),
  maxHeaderSize: integer(1_024, MAX, ' bytes'),
  trustProxy: {
    good: [true, false, 0, 1, 5],
    bad: [-1, 0.5, 'true', null, Number.POSITIVE_INFINITY],
    rule: 'true, false, or the number of proxies in front',
  },
  onError: { good: [() => undefined], bad: [{}, null, 'log'], rule: 'a function' },
  logger: {
    good: [recorder([]), console],
    bad: [{}, null, () => undefined, { debug() {}, info() {}, warn() {} }],
    rule: 'an object with debug, info, warn and error',
  },
};

function counted(): Limits {
  return {
    good: [1, MAX, Number.POSITIVE_INFINITY],
    bad: [0, -1, 1.5, MAX + 1, Number.NEGATIVE_INFINITY, Number.NaN, '5', null],
    rule: `an integer from 1 to ${MAX}, or Infinity`,
  };
}

/** One that no browser sends is refused in a list, with what to write. */
function notAnOrigin(listed: string, correction: string): Limits {
  return { good: [], bad: [[listed]], rule: `a list of origins as browsers send them (write ${correction} for '${listed}')` };
}

function withOptions(options: unknown): HandlerClass {
  class Optioned {}
  WebSocketHandler('/optioned', options as HandlerOptions)(Optioned);
  return Optioned;
}

/** Why a server does not start, or undefined if it does. */
async function refusal(handlers: readonly HandlerClass[], options?: object): Promise<VaqueroError | undefined> {
  try {
    await (await start(handlers, options)).close();
    return undefined;
  } catch (error) {
    if (VaqueroError.is(error)) return error;
    throw error;
  }
}

/** A value as it is named in a message about it. */
function named(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(value)}`;
  return typeof value === 'number' || typeof value === 'boolean' ? `the ${typeof value} ${value}` : '';
}

const show = (value: unknown) =>
  JSON.stringify(value, (_, v) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v)) ?? String(value);

describe.each(Object.entries(HANDLER_OPTIONS))('option %s of a handler', (option, rows) => {
  test.each(rows.flatMap(({ good }) => good.map((value) => [show(value), value])))('may be %s', async (_, value) => {
    expect(await refusal([withOptions({ [option]: value })])).toBeUndefined();
    expect(await refusal([], { defaults: { [option]: value } })).toBeUndefined();
  });

  test.each(rows.flatMap(({ bad, rule }) => bad.map((value) => [show(value), value, rule])))(
    'may not be %s',
    async (_, value, rule) => {
      const own = await refusal([withOptions({ [option]: value })]);
      expect(own?.code).toBe('VAQUERO_INVALID_HANDLER');
      expect(own?.message).toContain(`Optioned: @WebSocketHandler: option ${option} must be ${rule}`);
      expect(own?.message).toContain(`got ${named(value)}`);

      const asDefault = await refusal([], { defaults: { [option]: value } });
      expect(asDefault?.code).toBe('VAQUERO_INVALID_HANDLER');
      expect(asDefault?.message).toContain(`defaults: option ${option} must be ${rule}`);
    },
  );

  test('may be undefined, which is its default', async () => {
    expect(await refusal([withOptions({ [option]: undefined })])).toBeUndefined();
  });
});

describe.each(Object.entries(SERVE_OPTIONS))('option %s of a server', (option, { good, bad, rule }) => {
  test.each(good.map((value) => [show(value), value]))('may be %s', async (_, value) => {
    expect(await refusal([], { [option]: value })).toBeUndefined();
  });

  test.each(bad.map((value) => [show(value), value]))('may not be %s', async (_, value) => {
    const error = await refusal([], { [option]: value });
    expect(error?.code).toBe('VAQUERO_INVALID_OPTION');
    expect(error?.message).toContain(`The server's options: option ${option} must be ${rule}, got ${named(value)}`);
  });
});

test('all faults of the options of a handler, and of those of a server, are said together', async () => {
  const ofHandler = await refusal([withOptions({ idleTimeout: 0, maxTimers: -1, colour: 'red' })], { defaults: { compress: 1 } });
  for (const saying of ['option idleTimeout', 'option maxTimers', 'unknown option colour', 'defaults: option compress'])
    expect(ofHandler?.message).toContain(saying);
  const ofServer = await refusal([], { port: -1, host: 7 });
  for (const saying of ['option port', 'option host']) expect(ofServer?.message).toContain(saying);
});

test('an unknown option of a server is refused', async () => {
  await expect(start([], { maxConections: 5 } as Partial<ServeOptions>)).rejects.toMatchObject({
    code: 'VAQUERO_INVALID_OPTION',
    message: expect.stringMatching(/unknown option maxConections; there are .*maxConnections/),
  });
});
