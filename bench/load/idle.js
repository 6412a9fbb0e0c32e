// Idle: many connections that have echoed one message and then only answer the heartbeat.
import { openAll } from './pool.js';
import { Visitor, visit } from './visitor.js';

export class IdleLoad {
  #target;
  #visit;
  #visitors = [];

  constructor(target) {
    this.#target = target;
    this.#visit = visit(target.protocol);
  }

  async open({ connections }) {
    this.#visitors = await openAll(connections, async (index) => {
      const visitor = new Visitor({ ...this.#target }, this.#visit, index);
      await visitor.open();
      await visitor.echo();
      return visitor;
    });
    return { faults: this.#target.faults.take() };
  }

  /** All leave; answers what went wrong since they came. */
  async leave() {
    await Promise.all(this.#visitors.map((visitor) => visitor.leave()));
    this.#visitors = [];
    return { faults: this.#target.faults.take() };
  }

  close() {
    for (const visitor of this.#visitors) void visitor.leave();
  }
}
