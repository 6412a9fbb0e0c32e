import { OnText, serve, WebSocketHandler } from 'vaquero';
import { WebSocket } from 'ws';

@WebSocketHandler('/x/:a')
class H {
  @OnText() t(m: string) {
    return m;
  }
}
test('x', async () => {
  const server = await serve({ handlers: [H] });
  const c = new WebSocket(`${server.url}/x/1`);
  await new Promise((r) => c.once('open', r));
  c.send('a');
  expect(String(await new Promise((r) => c.once('message', r)))).toBe('a');
  await server.close();
});
