// Churn: connect, upgrade, echo, close, again and again, on a number of lanes at once.
import { Visitor, visit } from './visitor.js';
import { Window } from './window.js';

export class ChurnLoad {
  #target;
  #window;
  #visit;
  #visits = 0;
  #lanes = 0;
  #active = 0;

  constructor(target) {
    this.#target = target;
    this.#window = new Window(target);
    this.#visit = visit(target.protocol);
  }

  async open({ lanes }) {
    this.#lanes = lanes;
  }

  /** Visits for a time. */
  run({ warmup, seconds }) {
    return this.#window.measure({
      warmup,
      seconds,
      start: () => this.#start(() => this.#window.sending),
      outstanding: () => this.#active,
      faults: this.#target.faults,
    });
  }

  /** Makes a number of visits. */
  async cycles({ count }) {
    const last = this.#visits + count;
    await this.#start(() => this.#visits < last);
    return { faults: this.#target.faults.take() };
  }

  close() {}

  #start(goOn) {
    return Promise.all(Array.from({ length: this.#lanes }, () => this.#lane(goOn)));
  }

  async #lane(goOn) {
    this.#active += 1;
    while (goOn()) {
      const began = performance.now();
      try {
        await this.#once(this.#visits++);
      } catch (error) {
        this.#target.faults.add(error.message);
      }
      if (this.#window.counting) this.#window.add(performance.now() - began);
    }
    this.#active -= 1;
  }

  async #once(number) {
    const visitor = new Visitor(this.#target, this.#visit, number);
    await visitor.open();
    await visitor.echo();
    await visitor.leave();
  }
}
