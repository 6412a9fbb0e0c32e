/** The middle value; of an even number of values, the mean of the two in the middle. NaN for none. */
export function median(values) {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * How many times as much as the control: the median of the rounds' ratios. The two of a round were measured seconds apart, so a machine
 * that gets slower or faster in the course of a run moves both. A round that failed is `null`.
 */
export function ratioTo(control, rounds) {
  return median(rounds.flatMap((value, round) => (value === null || control[round] === null ? [] : [value / control[round]])));
}
