import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { completeClusterOptions } from '../../src/core/cluster/options.js';
import { completeOptions } from '../../src/core/options.js';
import { serverLimits } from '../../src/core/server/server-options.js';
import { ROOT } from './harness/pages.js';

/** The defaults in docs/limits.md are those of the code. */

const page = readFileSync(join(ROOT, 'docs/limits.md'), 'utf8');

/** What the page says of an option, in the cell beside its name. */
function said(option: string): string | undefined {
  return page.match(new RegExp(String.raw`^\| \`${option}\`[^|]*\| ([^|]*)`, 'm'))?.[1]?.trim();
}

/** A default as the page writes it. */
function written(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value !== 'number') return String(value);
  if (value === Number.POSITIVE_INFINITY) return '`Infinity`';
  return value >= 1_048_576 ? `${value / 1_048_576} MiB` : value.toLocaleString('en');
}

const { mailboxLimit, mailboxPolicy, backpressureLimit, backpressurePolicy, ...options } = completeOptions({}, {});
const { proxies, ...server } = serverLimits({ handlers: [] });
const { nodeTimeout, bufferLimit } = completeClusterOptions({});

test('every option of a handler is there', () => {
  const missing = Object.keys(options).filter((option) => said(option) === undefined);
  expect(missing).toEqual([]);
});

describe('the default is that of the code, for', () => {
  const { idleTimeout, maxFrameSize, maxFragments, maxSubscriptions, maxTimers, validateUtf8, compress } = options;
  const numbers = { idleTimeout, maxFrameSize, maxFragments, maxSubscriptions, maxTimers, validateUtf8, compress };
  const limits = { 'mailbox.limit': mailboxLimit, 'backpressure.limit': backpressureLimit };
  test.each(Object.entries({ ...numbers, ...limits, ...server, nodeTimeout, bufferLimit }))('%s', (option, value) => {
    expect(said(option)).toMatch(new RegExp(String.raw`^${written(value)}(?!\d|[,.]\d)`));
  });

  test('what has no number', () => {
    expect([mailboxPolicy, backpressurePolicy, options.origins, options.heartbeat]).toEqual([
      'close',
      'close',
      'same-origin',
      true,
    ]);
    expect(page.match(/policy`, default `'close'`/g)).toHaveLength(3);
    expect([said('origins'), said('rateLimit'), said('subprotocols')]).toEqual([
      'same origin; requests without `Origin` pass',
      'none',
      'none',
    ]);
    expect([options.rateLimit, options.subprotocols, proxies]).toEqual([null, [], 0]);
  });
});
