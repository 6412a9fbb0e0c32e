import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWithNats, NatsServer } from '../support/nats.js';
import { ROOT, run } from './consumer.js';

/** The bus over NATS as programs get it: dist must be built, as `npm test` does first. */

/** A process that has two nodes talk, and ends when nothing keeps it. */
const program = (servers: string) => `
  import { NatsBus } from 'vaquero/nats';
  const [a, b] = [new NatsBus({ servers: '${servers}' }), new NatsBus({ servers: '${servers}' })];
  await Promise.all([a.connect(), b.connect()]);
  const heard = new Promise((resolve) => b.subscribe('news', { deliver: resolve }).then(() => a.publish('news', 'hello')));
  console.log(await heard);
  await Promise.all([a.close(), b.close()]);
`;

describeWithNats('vaquero/nats', () => {
  let server: NatsServer;

  beforeAll(async () => {
    server = await NatsServer.start();
  });
  afterAll(() => server.stop());

  test('is loaded by an ES module, and does not keep the process running once it is closed', async () => {
    expect(await run(ROOT, process.execPath, '--input-type=module', '--eval', program(server.url))).toBe('hello\n');
  });

  test('does not keep the process running when it could not connect', async () => {
    const failing =
      "import { NatsBus } from 'vaquero/nats'; await new NatsBus({ servers: '127.0.0.1:1' }).connect().catch(({ code }) => console.log(code));";
    expect(await run(ROOT, process.execPath, '--input-type=module', '--eval', failing)).toBe('VAQUERO_BUS_UNAVAILABLE\n');
  });
});
