import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Consumer, run } from '../package/consumer.js';
import { failure, mistake } from './mistake.js';

/** What goes wrong in the project of somebody who has installed the package and nothing else: dist must be built, as `npm test` does first. */

let consumer: Consumer;

beforeAll(async () => {
  consumer = await Consumer.create();
}, 120_000);

afterAll(() => consumer?.remove());

const BUSES = [
  ['vaquero/redis', "RedisBus({ url: 'redis://localhost' })", 'npm install ioredis'],
  ['vaquero/nats', "NatsBus({ servers: 'localhost' })", 'npm install @nats-io/transport-node @nats-io/jetstream'],
] as const;

/** All that a program says that ends by an error. */
const said = async (type: 'module' | 'commonjs', program: string) =>
  (await failure(() => run(consumer.directory, process.execPath, `--input-type=${type}`, '--eval', program))).message;

const inModule = (entry: string, bus: string) =>
  said(
    'module',
    `import { serve } from 'vaquero'; import * as all from '${entry}'; await serve({ port: 0, handlers: [], bus: new all.${bus} });`,
  );

const inCommonJs = (entry: string, bus: string) => said('commonjs', `const all = require('${entry}'); new all.${bus}.connect();`);

mistake(
  'a bus whose client is not installed',
  ...BUSES.flatMap(([entry, bus]) => [() => inModule(entry, bus), () => inCommonJs(entry, bus)]),
);

test.each(BUSES)('%s says what to install', async (entry, bus, command) => {
  expect(await inModule(entry, bus)).toContain(command);
});
