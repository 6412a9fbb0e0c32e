// Counts latencies in steps of a microsecond up to four seconds; what is slower counts as four.

const STEPS = 4_000_000;

export class Histogram {
  #counts = new Uint32Array(STEPS + 1);
  #total = 0;

  add(milliseconds) {
    const step = Math.min(STEPS, Math.max(0, Math.round(milliseconds * 1000)));
    this.#counts[step] += 1;
    this.#total += 1;
  }

  /** The latency in microseconds that the share `q` of the messages did not exceed. */
  quantile(q) {
    const rank = Math.ceil(this.#total * q);
    let seen = 0;
    for (let step = 0; step <= STEPS; step++) {
      seen += this.#counts[step];
      if (seen >= rank) return step;
    }
    return STEPS;
  }

  reset() {
    this.#counts.fill(0);
    this.#total = 0;
  }
}
