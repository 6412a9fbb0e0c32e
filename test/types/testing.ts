import { Bus, close, json, OnText, ping, type Ref, stop, type TerminateReason, text, WebSocketHandler } from 'vaquero';
import type { ClusterBus } from 'vaquero/cluster';
import {
  type BusHarness,
  busContract,
  type Clock,
  type Closed,
  type Mounted,
  mount,
  SimulatedNetwork,
  UpgradeRefused,
  VirtualClock,
} from 'vaquero/testing';
import { type Same, same } from './same.js';

/** What the compiler must take of a test that uses the kit, and what it must not. Nothing here is run: `tsc` is the test. */

@WebSocketHandler('/echo')
class Echo {
  readonly heard: string[] = [];

  @OnText() echo(message: string) {
    this.heard.push(message);
    return message;
  }
}

export async function mounts(bus: Bus, clock: VirtualClock): Promise<void> {
  const chat = await mount(Echo, { path: '/echo', headers: { cookie: 'a=1' }, peer: { address: '::1', port: 5 }, bus, clock });
  same<Same<typeof chat, Mounted<Echo>>>();
  same<Same<typeof chat.handler.heard, string[]>>();
  same<Same<typeof chat.ref, Ref>>();
  same<Same<Awaited<typeof chat.terminated>, TerminateReason>>();
  same<Same<Awaited<typeof chat.closed>, Closed>>();
  await chat.send('hi');
  await chat.send(new ArrayBuffer(1));
  await chat.send(ping());
  await chat.close(4000, 'bye');

  const frame = await chat.next();
  if (frame.type === 'text') same<Same<typeof frame.payload, string>>();
  else if (frame.type === 'close') same<Same<typeof frame.code, number>>();
  else same<Same<typeof frame.payload, Buffer>>();
  // @ts-expect-error only a close frame has a code
  frame.code;

  // @ts-expect-error a handler is a class
  await mount(new Echo());
  // @ts-expect-error a path is a string
  await mount(Echo, { path: 5 });
  // @ts-expect-error a header is a string
  await mount(Echo, { headers: { cookie: ['a=1'] } });
  // @ts-expect-error the handler is said once
  await mount(Echo, { handlers: [Echo] });
  // @ts-expect-error nothing listens
  await mount(Echo, { port: 0 });
  // @ts-expect-error there is one connection
  await mount(Echo, { maxConnections: 5 });
  await mount(Echo, { timeout: Number.POSITIVE_INFINITY });
  // @ts-expect-error a timeout is milliseconds
  await mount(Echo, { timeout: '5s' });
  // @ts-expect-error time is a clock's
  await mount(Echo, { clock: Date });

  // @ts-expect-error a client sends no objects
  chat.send({ plain: 'object' });
  // @ts-expect-error close() has a method of its own
  chat.send(close());
  // @ts-expect-error commands are the handler's
  chat.send(stop());
  // @ts-expect-error a close code is a number
  chat.close('bye');
  // @ts-expect-error what was received is read only
  chat.frames.push({ type: 'text', payload: 'hi' });
  // @ts-expect-error the handler is the container's to make
  chat.handler = new Echo();
  // @ts-expect-error so many frames
  chat.read('all');
}

export function refusals(error: unknown): number | undefined {
  if (!(error instanceof UpgradeRefused)) return undefined;
  // @ts-expect-error a response is read only
  error.status = 200;
  same<Same<typeof error.body, string>>();
  return error.status;
}

export async function time(clock: VirtualClock): Promise<void> {
  const any: Clock = clock;
  // @ts-expect-error not every clock is advanced
  any.advance(5);
  // @ts-expect-error milliseconds are a number
  await clock.advance('5s');
  // @ts-expect-error time passes by advance
  clock.pending = 0;
}

export function nodes(clock: VirtualClock): void {
  const network = new SimulatedNetwork({ clock, seed: 7, delay: [1, 20] });
  const node = network.bus({ nodeTimeout: 500 });
  same<Same<typeof node, ClusterBus>>();
  node.publish('topic', text('x'));
  network.partition(node, network.bus());

  // @ts-expect-error a clock must be said
  new SimulatedNetwork({ seed: 7 });
  // @ts-expect-error a delay is from and to
  new SimulatedNetwork({ clock, delay: 5 });
  // @ts-expect-error the clock is the network's
  network.bus({ clock });
  // @ts-expect-error a bus of one process is no node
  network.partition(new Bus());
  // @ts-expect-error a node is killed by its bus
  network.kill(1);
}

export async function contract(bus: Bus): Promise<void> {
  const harness: BusHarness = { remote: false, nodes: async (count) => Array.from({ length: count }, () => bus) };
  for (const { name, run } of busContract(harness)) await run().catch(() => json(name));

  // @ts-expect-error it must be said whether nodes share memory
  busContract({ nodes: harness.nodes });
  // @ts-expect-error nodes have buses
  busContract({ remote: true, nodes: async () => [1, 2] });
}
