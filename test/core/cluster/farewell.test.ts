import { expect, test } from '@jest/globals';
import { ClusterBus } from 'vaquero/cluster';
import { VirtualClock } from 'vaquero/testing';
import { whileAnswered } from '../../../src/core/cluster/patience.js';
import { Exchange } from '../../../src/testing/network/exchange.js';
import { SimulatedBroker } from '../../../src/testing/network/simulated-broker.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Takes so many milliseconds to answer a goodbye. */
async function node(takes: number) {
  const clock = new VirtualClock();
  const broker = new SimulatedBroker(new Exchange(clock), clock, () => 1);
  broker.leave = () => new Promise((resolve) => void clock.setTimeout(resolve, takes));
  const errors: Error[] = [];
  const bus = new ClusterBus(broker, { clock, onError: (error) => void errors.push(error) });
  await Promise.all([bus.connect(), clock.advance(50)]);
  return { bus, clock, errors };
}

test('a bus closes though the broker answers nothing, and says that it did so without a goodbye', async () => {
  const { bus, clock, errors } = await node(60_000);
  const closing = bus.close();
  for (let beat = 0; beat < 2; beat++) {
    await turn();
    expect(bus.status).toBe('connected');
    await clock.advance(500);
  }
  await Promise.all([closing, clock.advance(50)]);
  expect(bus.status).toBe('closed');
  expect(errors).toEqual([
    expect.objectContaining({ code: 'VAQUERO_BUS_UNAVAILABLE', message: expect.stringContaining('without a goodbye') }),
  ]);
});

test('a bus waits for the answer to its goodbye', async () => {
  const { bus, clock, errors } = await node(900);
  const closing = bus.close();
  for (const ms of [500, 399]) {
    await turn();
    await clock.advance(ms);
  }
  await turn();
  expect(bus.status).toBe('connected');
  await Promise.all([closing, clock.advance(50)]);
  expect(errors).toEqual([]);
});

test('what is answered bit by bit is waited for, however long it takes', async () => {
  const clock = new VirtualClock();
  let left = 20;
  const over = new Promise<void>((resolve) => {
    const answer = () => {
      left--;
      if (left === 0) resolve();
      else clock.setTimeout(answer, 900);
    };
    clock.setTimeout(answer, 900);
  });
  const waited = whileAnswered(over, clock, 1_000, () => left);
  await clock.advance(20 * 900);
  expect(await waited).toBe(true);
});
