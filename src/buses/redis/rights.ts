import type { Keys } from './keys.js';
import { tryPresence } from './presence.js';
import { PUBLISH } from './publisher.js';
import type { Session } from './session.js';

/** Does all that a bus does, where it harms nobody: what is not allowed is told now, and not with the first message. */
export async function tryRights(session: Session, keys: Keys): Promise<void> {
  const probe = keys.probe(session.id);
  const [, refusals] = await Promise.all([
    session.call('EVAL', PUBLISH, '1', keys.ended(probe), probe, ''),
    session.subscribe([probe]),
    session.call('SET', keys.node(probe), '', 'PX', '1'),
    session.call('MGET', keys.node(probe)),
    session.call('DEL', keys.node(probe)),
    tryPresence((command, ...args) => session.call(command, ...args), keys, probe),
  ]);
  for (const refusal of refusals.values()) throw refusal;
  session.unsubscribe(probe);
  // Its answer comes after that of the unsubscribing, which ends a session that may not.
  await session.call('PING');
}
