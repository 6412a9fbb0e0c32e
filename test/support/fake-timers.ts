import { jest } from '@jest/globals';

type Config = Extract<NonNullable<Parameters<typeof jest.useFakeTimers>[0]>, { doNotFake?: unknown }>;
type Api = NonNullable<Config['doNotFake']>[number];

const ALL: readonly Api[] = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
];

/** Has `jest.advanceTimersByTime` move these, until `jest.useRealTimers`; all others go on by themselves. */
export function fakeOnly(...apis: readonly Api[]): void {
  jest.useFakeTimers({ doNotFake: ALL.filter((api) => !apis.includes(api)) });
}
