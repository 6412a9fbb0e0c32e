// What went wrong in a run. A few examples are enough to tell; the count says how often.

const EXAMPLES = 3;

export class Faults {
  #count = 0;
  #examples = [];

  add(message) {
    this.#count += 1;
    if (this.#examples.length < EXAMPLES) this.#examples.push(message);
  }

  /** The faults since the last call, or `null`. */
  take() {
    if (this.#count === 0) return null;
    const faults = { count: this.#count, examples: this.#examples };
    this.#count = 0;
    this.#examples = [];
    return faults;
  }
}
