// Echo over 64 connections. `inject` and `async` are echo with other handlers.
import { alternate } from '../alternate.js';
import { RATE_COLUMNS } from '../columns.js';
import { perSecond } from '../format.js';

const CONNECTIONS = 64;
const OPCODES = { text: 1, binary: 2 };
const SIZES = [
  { size: 64, name: '64 B' },
  { size: 1024, name: '1 KiB' },
  { size: 16_384, name: '16 KiB' },
];

function echoCase(depth, { size, name }, kind) {
  return {
    key: `${kind}-${size}-${depth}`,
    title: `${name} ${kind}, ${depth} in flight`,
    options: { opcode: OPCODES[kind], size, depth },
  };
}

function workload(description, opcodes, cases) {
  const definition = {
    better: 'higher',
    columns: RATE_COLUMNS,
    format: perSecond,
    cases,
    async prepare(pair) {
      const verified = await pair.load.requests.ask('verifyEcho', { opcodes });
      await pair.load.requests.ask('open', { kind: 'echo', connections: CONNECTIONS });
      return verified;
    },
    run: (peers, settings) => alternate(definition, peers, settings),
    ...description,
  };
  return definition;
}

const FULL_CASES = [1, 16].flatMap((depth) =>
  ['text', 'binary'].flatMap((kind) => SIZES.map((size) => echoCase(depth, size, kind))),
);
// With one message in flight the system calls hide what a handler costs.
const HANDLER_CASES = [echoCase(16, SIZES[0], 'text')];

export const echo = workload(
  { name: 'echo', title: `Echo, ${CONNECTIONS} connections`, program: 'echo', seconds: 0.3 },
  [OPCODES.text, OPCODES.binary],
  FULL_CASES,
);

export const inject = workload(
  {
    name: 'inject',
    title: `Echo through a handler with two injected services, ${CONNECTIONS} connections`,
    program: 'inject',
    seconds: 0.3,
  },
  [OPCODES.text],
  HANDLER_CASES,
);

export const asynchronous = workload(
  {
    name: 'async',
    title: `Echo through an async handler that awaits a service, ${CONNECTIONS} connections`,
    program: 'async',
    seconds: 0.3,
  },
  [OPCODES.text],
  HANDLER_CASES,
);
