import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds on the clock that all processes of a machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Resolves when something holds, or when it does not within so many milliseconds. */
export async function until(holds: () => boolean, milliseconds: number): Promise<void> {
  const deadline = now() + milliseconds;
  while (!holds() && now() < deadline) await delay(2);
}
