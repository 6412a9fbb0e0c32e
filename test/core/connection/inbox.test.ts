import { expect, test } from '@jest/globals';
import { Inbox } from '../../../src/core/connection/inbox.js';
import { noCounts } from '../../../src/core/counters.js';
import { completeOptions } from '../../../src/core/options.js';
import { latest } from '../../../src/core/policy.js';

interface Trade {
  readonly user: string;
  readonly symbol: string;
}

function takeAll(inbox: Inbox): unknown[] {
  const taken: unknown[] = [];
  while (inbox.seek()) taken.push(inbox.take());
  return taken;
}

test('keys of one policy are not those of the other', () => {
  const counters = noCounts();
  const options = completeOptions(
    {
      mailbox: { limit: 10, policy: latest<Trade>(({ user }) => user) },
      backpressure: { policy: latest<Trade>(({ symbol }) => symbol) },
    },
    {},
  );
  const inbox = new Inbox(options, counters);
  const byUser: Trade = { user: 'ACME', symbol: 'X' };
  const bySymbol: Trade = { user: 'Y', symbol: 'ACME' };
  const newer: Trade = { user: 'Z', symbol: 'ACME' };
  inbox.offer(byUser);
  inbox.choked = true;
  inbox.offer(bySymbol);
  inbox.offer(newer);
  inbox.choked = false;
  expect(takeAll(inbox)).toEqual([byUser, newer]);
  expect(counters.replaced).toBe(1);
});

test('one policy for both is one set of keys', () => {
  const policy = latest<Trade>(({ user }) => user);
  const counters = noCounts();
  const inbox = new Inbox(completeOptions({ mailbox: { policy }, backpressure: { policy } }, {}), counters);
  inbox.offer({ user: 'ACME', symbol: 'X' });
  inbox.choked = true;
  inbox.offer({ user: 'ACME', symbol: 'Y' });
  inbox.choked = false;
  expect(takeAll(inbox)).toEqual([{ user: 'ACME', symbol: 'Y' }]);
});
