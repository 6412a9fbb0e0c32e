import { listen } from './fake-redis.js';

/** What greets as a NATS server does; what comes then is for the test to answer. */
export function fakeNats(info: object, answer: (said: string) => string = () => ''): Promise<number> {
  const greeting = { server_id: 'fake', version: '2.9.10', proto: 1, headers: true, max_payload: 1_048_576, ...info };
  return listen((socket) => {
    socket.setEncoding('latin1');
    socket.write(`INFO ${JSON.stringify(greeting)}\r\n`);
    socket.on('data', (said: string) => socket.write(answer(said)));
  });
}
