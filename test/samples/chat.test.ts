import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { handshake, request } from '../support/raw-client.js';
import { Person } from './person.js';
import { type Program, run } from './program.js';

let chat: Program;
let rooms = 0;

beforeAll(async () => {
  chat = await run('chat');
});

afterAll(async () => {
  await chat.stop();
});

const join = (room: string, name: string) => Person.join(chat.socketUrl, room, name);

const newRoom = () => `room-${++rooms}`;

test('who comes is welcomed with who is there and what was said', async () => {
  const room = newRoom();
  const ada = await join(room, 'Ada');
  expect(await ada.hearsOf('welcome')).toEqual({ type: 'welcome', name: 'Ada', names: ['Ada'], lines: [] });
  ada.says('first');
  const line = await ada.hearsOf('said');
  expect(line).toEqual({ type: 'said', name: 'Ada', text: 'first', at: expect.any(Number) });
  const bob = await join(room, 'Bob');
  expect(await bob.hearsOf('welcome')).toEqual({ type: 'welcome', name: 'Bob', names: ['Ada', 'Bob'], lines: [line] });
});

test('the others hear who comes, what is said and who goes', async () => {
  const room = newRoom();
  const ada = await join(room, 'Ada');
  await ada.hearsOf('welcome');
  const bob = await join(room, 'Bob');
  expect(await ada.hearsOf('joined')).toMatchObject({ name: 'Ada' });
  expect(await ada.hearsOf('joined')).toMatchObject({ name: 'Bob' });
  bob.says('hello there');
  expect(await ada.hearsOf('said')).toMatchObject({ name: 'Bob', text: 'hello there' });
  bob.client.drop();
  expect(await ada.hearsOf('left')).toMatchObject({ name: 'Bob' });
});

test('rooms do not hear each other', async () => {
  const [here, there] = [await join(newRoom(), 'Ada'), await join(newRoom(), 'Bob')];
  await here.hearsOf('welcome');
  await there.hearsOf('welcome');
  here.says('only here');
  there.says('only there');
  expect(await there.hearsOf('said')).toMatchObject({ text: 'only there' });
  expect(await here.hearsOf('said')).toMatchObject({ text: 'only here' });
});

test('a name that is taken gets a number', async () => {
  const room = newRoom();
  const names: unknown[] = [];
  for (const wanted of ['Ada', 'ada', 'Ada']) names.push((await (await join(room, wanted)).hearsOf('welcome')).name);
  expect(names).toEqual(['Ada', 'ada 2', 'Ada 3']);
});

test('typing is told to the others only', async () => {
  const room = newRoom();
  const [ada, bob] = [await join(room, 'Ada'), await join(room, 'Bob')];
  ada.client.text('{"type":"typing"}');
  expect(await bob.hearsOf('typing')).toEqual({ type: 'typing', name: 'Ada' });
  ada.says('done');
  for (;;) {
    const heard = await ada.hears();
    expect(heard.type).not.toBe('typing');
    if (heard.type === 'said') break;
  }
});

test('a room remembers its last hundred lines while it is empty', async () => {
  const room = newRoom();
  const ada = await join(room, 'Ada');
  await ada.hearsOf('welcome');
  // Nobody may say more than ten at once.
  const others: Person[] = [];
  const said: unknown[] = [];
  for (let i = 1; i <= 11; i++) {
    const other = await join(room, `Other ${i}`);
    await other.hearsOf('welcome');
    for (let j = 1; j <= 10; j++) other.says(`line ${j} of ${i}`);
    for (let j = 1; j <= 10; j++) said.push(await ada.hearsOf('said'));
    others.push(other);
  }
  for (const other of others) {
    await other.client.close(1000);
    await ada.hearsOf('left');
  }
  await ada.client.close(1000);
  const { lines } = await (await join(room, 'Bob')).hearsOf('welcome');
  expect(lines).toEqual(said.slice(-100));
});

test.each([
  ['no JSON', 'Howdy'],
  ['null', 'null'],
  ['an unknown type', '{"type":"shout"}'],
  ['an empty line', '{"type":"say","text":"  "}'],
  ['a line that is too long', JSON.stringify({ type: 'say', text: 'x'.repeat(1_001) })],
  ['a text that is none', '{"type":"say","text":7}'],
])('%s is refused with a reason, and nobody else hears of it', async (_name, message) => {
  const ada = await join(newRoom(), 'Ada');
  ada.client.text(message);
  expect(await ada.hearsOf('refused')).toEqual({ type: 'refused', reason: expect.stringMatching(/\.$/) });
  ada.says('fine');
  expect(await ada.hearsOf('said')).toMatchObject({ text: 'fine' });
});

test.each([
  ['no name', '/chat/lobby'],
  ['an empty name', '/chat/lobby?name=%20'],
  ['a name that is too long', `/chat/lobby?name=${'x'.repeat(25)}`],
  ['an invisible name', '/chat/lobby?name=%E2%80%8B'],
  ['a room that cannot be', '/chat/-?name=Ada'],
])('%s is refused with 400 and a sentence', async (_name, path) => {
  const { status, body } = await request(chat.socketUrl, handshake(path));
  expect(status).toBe(400);
  expect(body).toMatch(/^[A-Z].*\.\n$/);
});
