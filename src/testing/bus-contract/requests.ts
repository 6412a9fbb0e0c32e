import assert from 'node:assert/strict';
import type { Bus } from '../../core/bus.js';
import type { Request, RequestFailure } from '../../core/request.js';
import { type Case, rejection } from './harness.js';
import { Moved, Nameless } from './infos.js';
import { Listener } from './listener.js';

/** What each outcome is called by who asked. */
const CODES: readonly (readonly [RequestFailure, string])[] = [
  ['gone', 'VAQUERO_NO_CONNECTION'],
  ['crashed', 'VAQUERO_REQUEST_CRASHED'],
  ['unanswered', 'VAQUERO_REQUEST_UNANSWERED'],
  ['refused', 'VAQUERO_REQUEST_REFUSED'],
];

/** Asking, and what comes of it. */
export const requests: Readonly<Record<string, Case>> = {
  'a request resolves to its answer': async (harness) => {
    const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
    const listener = new Listener();
    listener.onAsk = (request) => request.answer([request.info, new Moved('HERD', 1)]);
    const ref = there.register(listener);
    const answers = await Promise.all([1, 2, 3].map((n) => here.request<[number, Moved]>(ref, n)));
    assert.deepEqual(
      answers.map(([n]) => n),
      [1, 2, 3],
    );
    assert.ok(answers.every(([, moved]) => moved instanceof Moved));
  },

  'a request that comes to nothing rejects with why': async (harness) => {
    const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
    for (const [failure, code] of CODES) {
      const listener = new Listener();
      listener.onAsk = (request) => request.fail(failure);
      assert.equal((await rejection(here.request(there.register(listener), 1))).code, code);
    }
  },

  'a request to a connection that is gone rejects at once': async (harness) => {
    const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
    const ref = there.register(new Listener());
    there.unregister(ref, undefined);
    assert.equal((await rejection(here.request(ref, 1, { timeout: 60_000 }))).code, 'VAQUERO_NO_CONNECTION');
  },

  'a request that is not answered rejects when its time is over, and a late answer counts for nothing': async (harness) => {
    const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
    const listener = new Listener();
    const late: (() => void)[] = [];
    listener.onAsk = (request) => late.push(() => request.answer('late'));
    assert.equal((await rejection(here.request(there.register(listener), 1, { timeout: 50 }))).code, 'VAQUERO_REQUEST_TIMEOUT');
    for (const answer of late) answer();
  },

  'as many requests wait as maxRequests allows, and not one more': async (harness) => {
    const [here, there] = (await harness.nodes(2, { maxRequests: 2 })) as [Bus, Bus];
    const listener = new Listener();
    listener.onAsk = (request) => listener.deliver(request);
    const ref = there.register(listener);
    const waiting = [here.request(ref, 1), here.request(ref, 2)];
    assert.equal((await rejection(here.request(ref, 3))).code, 'VAQUERO_LIMIT_EXCEEDED');
    for (const request of (await listener.take(2)) as Request[]) request.answer(request.info);
    assert.deepEqual(await Promise.all(waiting), [1, 2]);
    listener.onAsk = (request) => request.answer(request.info);
    assert.equal(await here.request(ref, 4), 4);
  },

  'a time limit that is none is refused': async (harness) => {
    const [bus] = (await harness.nodes(1)) as [Bus];
    const ref = bus.register(new Listener());
    for (const timeout of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5' as unknown as number]) {
      assert.equal((await rejection(bus.request(ref, 1, { timeout }))).code, 'VAQUERO_INVALID_OPTION');
    }
  },

  'what cannot travel fails where it is asked or answered': async (harness) => {
    if (!harness.remote) return;
    const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
    const listener = new Listener();
    const thrown: unknown[] = [];
    listener.onAsk = (request) => {
      try {
        request.answer(new Nameless());
      } catch (error) {
        thrown.push(error);
      }
    };
    const ref = there.register(listener);
    assert.equal((await rejection(here.request(ref, new Nameless()))).code, 'VAQUERO_INFO_NOT_PORTABLE');
    assert.equal((await rejection(here.request(ref, 1))).code, 'VAQUERO_REQUEST_CRASHED');
    assert.deepEqual(
      thrown.map((error) => (error as { code: string }).code),
      ['VAQUERO_INFO_NOT_PORTABLE'],
    );
  },
};
