import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unmask } from '../../../src/transports/ws/frame.js';

/** The arithmetic of masks, against the definition in RFC 6455, section 5.3. */

test('unmasks payloads of any length at any alignment, and tells ASCII from the rest', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.uint8Array({ min: 0, max: 0x7f, maxLength: 400 })),
      fc.nat({ max: 16 }),
      (mask, payload, offset) => {
        const bytes = Buffer.alloc(offset + 4 + payload.length + 3, 0xee);
        bytes.set(mask, offset);
        payload.forEach((byte, i) => {
          bytes[offset + 4 + i] = byte ^ (mask[i % 4] as number);
        });
        const from = offset + 4;
        const bits = unmask(bytes, offset, from, from + payload.length);
        expect([...bytes.subarray(from, from + payload.length)]).toEqual([...payload]);
        expect([...bytes.subarray(from + payload.length)]).toEqual([0xee, 0xee, 0xee]);
        expect(bits < 0x80).toBe(payload.every((byte) => byte < 0x80));
      },
    ),
    { numRuns: 2_000 },
  );
});
