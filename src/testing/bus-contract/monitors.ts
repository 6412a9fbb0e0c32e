import assert from 'node:assert/strict';
import type { Bus } from '../../core/bus.js';
import { Down } from '../../core/timeout.js';
import type { Case } from './harness.js';
import { Nameless } from './infos.js';
import { Listener } from './listener.js';

/** Being told that connections have ended. */
export const monitors: Readonly<Record<string, Case>> = {
  'who monitors a connection is told once why it ended, on every node': async (harness) => {
    const [home, ...others] = (await harness.nodes(3)) as [Bus, ...Bus[]];
    const ref = home.register(new Listener());
    const watchers = [home, ...others].flatMap((bus) => {
      const pair = [new Listener(), new Listener()];
      for (const watcher of pair) bus.monitor(ref, watcher);
      return pair;
    });
    // An answer comes behind the monitors.
    for (const bus of others) await bus.request(ref, 1).catch(() => undefined);
    home.unregister(ref, { type: 'crash', error: new Error('why') });
    for (const watcher of watchers) {
      const down = (await watcher.next()) as Down;
      assert.ok(down instanceof Down);
      assert.equal(down.ref, ref);
      assert.equal((down.reason as { error: Error }).error.message, 'why');
    }
  },

  'who monitors a connection that is gone is told at once': async (harness) => {
    const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
    const ref = there.register(new Listener());
    there.unregister(ref, undefined);
    const watcher = new Listener();
    here.monitor(ref, watcher);
    assert.equal(((await watcher.next()) as Down).reason, 'gone');
  },

  'a reason that cannot travel is described': async (harness) => {
    if (!harness.remote) return;
    const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
    const ref = there.register(new Listener());
    const watcher = new Listener();
    here.monitor(ref, watcher);
    await here.request(ref, 1).catch(() => undefined);
    there.unregister(ref, new Nameless());
    assert.match(((await watcher.next()) as Down).reason as string, /Nameless/);
  },

  'who has demonitored is told nothing': async (harness) => {
    const [here, there] = (await harness.nodes(2)) as [Bus, Bus];
    const [left, right] = [there.register(new Listener()), there.register(new Listener())];
    const watcher = new Listener();
    here.monitor(left, watcher);
    here.monitor(right, watcher);
    here.demonitor(left, watcher);
    await here.request(right, 1).catch(() => undefined);
    there.unregister(left, 1);
    there.unregister(right, 2);
    assert.equal(((await watcher.next()) as Down).ref, right);
  },
};
