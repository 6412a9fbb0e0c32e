import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import { container } from 'tsyringe';
import { Bus, type BusStatus, Connection, OnInit, type Ref, WebSocketHandler } from 'vaquero';
import { type Mounted, mount, type ReceivedFrame, UpgradeRefused } from 'vaquero/testing';
import { ChatHandler } from '../../samples/chat/chat-handler.js';
import { Memory } from '../../samples/chat/memory.js';
import { mustYield } from '../../samples/chat/people.js';

/** A node of its own as far as people can tell: with a memory that others do not have. */
function node(bus: Bus): (name: string) => Promise<Mounted> {
  const own = container.createChildContainer();
  own.registerInstance(Memory, new Memory());
  return (name) => mount(ChatHandler, { path: `/chat/den?name=${name}`, bus, container: own });
}

/** The next that somebody hears of a type. */
async function heard(person: Mounted, type: string): Promise<Record<string, unknown>> {
  for (;;) {
    const message = messageOf(await person.next());
    if (message.type === type) return message;
  }
}

function messageOf(frame: ReceivedFrame): Record<string, unknown> {
  return frame.type === 'text' ? JSON.parse(frame.payload) : frame;
}

/** In the room, and unable to answer. */
@WebSocketHandler('/mute')
class Mute {
  @OnInit() init(connection: Connection) {
    return connection.track('chat:den', { name: 'Mute', since: 0 });
  }
}

test('of two who take one name at once the second is renamed, and others see two names', async () => {
  const bus = new Bus();
  const zoe = await node(bus)('Zoe');
  const [first, second] = await Promise.all([node(bus)('Ada'), node(bus)('ada')]);
  expect(await heard(second, 'welcome')).toMatchObject({ name: 'ada' });
  expect(await heard(second, 'renamed')).toEqual({ type: 'renamed', name: 'ada 2' });
  second.send('{"type":"say","text":"Oh"}');
  expect(await heard(first, 'said')).toMatchObject({ name: 'ada 2' });
  await heard(zoe, 'said');
  const told = zoe.frames.map(messageOf).map(({ type, name }) => `${type} ${name}`);
  expect(told).toEqual(['welcome Zoe', 'joined Zoe', 'joined Ada', 'joined ada 2', 'said ada 2']);
  expect(first.frames.map(messageOf)).not.toContainEqual(expect.objectContaining({ type: 'renamed' }));
});

test('what was said is told by those who heard it, wherever they are', async () => {
  const bus = new Bus();
  const ada = await node(bus)('Ada');
  await ada.send('{"type":"say","text":"before"}');
  const line = await heard(ada, 'said');
  expect(await heard(await node(bus)('Bob'), 'welcome')).toMatchObject({ lines: [line] });
});

test('where none of them can tell, it is what this node remembers', async () => {
  const bus = new Bus();
  const [here, there] = [node(bus), node(bus)];
  await mount(Mute, { bus, container: container.createChildContainer() });
  const ada = await here('Ada');
  await ada.send('{"type":"say","text":"before"}');
  const line = await heard(ada, 'said');
  await ada.close();
  expect(await heard(await here('Bob'), 'welcome')).toMatchObject({ names: ['Mute', 'Bob'], lines: [line] });
  const { lines } = await heard(await there('Eve'), 'welcome');
  expect(lines).toEqual([line]);
});

test.each([
  ['came later', 200, 'a', true],
  ['came earlier', 100, 'z', false],
  ['came in the same millisecond, and has the greater ref', 150, 'z', true],
  ['came in the same millisecond, and has the smaller ref', 150, 'a', false],
])('a name is left to another by who %s', (_name, since, ref, yields) => {
  const entry = (name: string, since: number, ref: string) => ({ ref: ref as Ref, meta: { name, since } });
  expect(mustYield(entry('Ada', since, ref), entry('ADA', 150, 'm'))).toBe(yields);
});

test('nobody leaves a name to themselves, or to one of another name', () => {
  const entry = (name: string, ref: string) => ({ ref: ref as Ref, meta: { name, since: 1 } });
  expect(mustYield(entry('Ada', 'b'), entry('Ada', 'b'))).toBe(false);
  expect(mustYield(entry('Ada', 'b'), entry('Bob', 'a'))).toBe(false);
});

test('who comes while the broker is away is asked to come again', async () => {
  class AwayBus extends Bus {
    override get status(): BusStatus {
      return 'reconnecting';
    }
  }
  const refused = await node(new AwayBus())('Ada').catch((error) => error);
  expect(refused).toBeInstanceOf(UpgradeRefused);
  expect(refused).toMatchObject({ status: 503 });
});
