import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Mail, Mailbox, type MailKind } from '../../src/core/mailbox.js';

/** A mailbox against a plain list, under random programs. */

type Step = { readonly do: 'put'; readonly kind: MailKind; readonly value: string } | { readonly do: 'take' | 'takeOldestInfo' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      kind: fc.constantFrom(Mail.text, Mail.info),
      value: fc.string({ maxLength: 5 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('take' as const, 'takeOldestInfo' as const) }) },
);

test('keeps kinds, values, order and counts', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const mailbox = new Mailbox();
      const model: { kind: MailKind; value: string }[] = [];
      for (const one of steps) {
        if (one.do === 'put') {
          mailbox.put(one.kind, one.value);
          model.push(one);
        } else if (one.do === 'take' && model.length > 0) {
          expect(mailbox.nextKind).toBe(model[0]?.kind);
          const expected = model.shift();
          expect(mailbox.take()).toBe(expected?.value);
          expect(mailbox.kind).toBe(expected?.kind);
        } else if (one.do === 'takeOldestInfo') {
          const at = model.findIndex(({ kind }) => kind === Mail.info);
          if (at >= 0) expect(mailbox.takeOldestInfo()).toBe(model.splice(at, 1)[0]?.value);
        }
        const frames = model.filter(({ kind }) => kind !== Mail.info);
        expect(mailbox.size).toBe(model.length);
        expect(mailbox.frames).toBe(frames.length);
        expect(mailbox.infos).toBe(model.length - frames.length);
        expect(mailbox.bytes).toBe(frames.reduce((sum, { value }) => sum + value.length, 0));
      }
    }),
    { numRuns: 500 },
  );
});

test('gives a burst its memory back, and goes on', () => {
  const mailbox = new Mailbox();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 1_000; i++) mailbox.put(Mail.info, i);
    for (let i = 0; i < 1_000; i++) expect(mailbox.take()).toBe(i);
    expect(mailbox.size).toBe(0);
  }
});
