/** What a trial found. */
export interface Finding {
  readonly what: string;
  readonly value: string | number;
  /** Whether it is as it must be; figures that are only told have none. */
  readonly holds?: boolean;
}

/** How much of it: a trial in full, or one that ends within seconds. */
export interface Scale {
  readonly full: boolean;
  /** The larger or the smaller number. */
  of(full: number, short: number): number;
}

export type Trial = (scale: Scale) => Promise<Finding[]>;

export const mib = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`;

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Durations of several rounds. */
export const milliseconds = (values: readonly number[]): string =>
  `${median(values).toFixed(0)} ms (at most ${Math.max(...values).toFixed(0)})`;
