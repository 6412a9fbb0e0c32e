import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { site } from './site.js';

const httpServer = createServer(site(join(import.meta.dirname, '../page')));

before(async () => {
  httpServer.listen(0);
  await once(httpServer, 'listening');
});

after(() => httpServer.close());

/** Asks for a path as it is written; `fetch` would take the dots out of it. */
async function request(path: string): Promise<IncomingMessage> {
  const { port } = httpServer.address() as AddressInfo;
  const [response] = await once(get({ port, path, agent: false }), 'response');
  return response.resume();
}

test('the page is at /', async () => {
  const { statusCode, headers } = await request('/');
  assert.equal(statusCode, 200);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
});

for (const path of ['/none.html', '/../dist/main.js', '/..%2fdist/main.js', '/.hidden.html', '/app.ts', '//app.js']) {
  test(`there is nothing at ${path}`, async () => {
    assert.equal((await request(path)).statusCode, 404);
  });
}
