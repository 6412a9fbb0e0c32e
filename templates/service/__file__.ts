import { singleton } from 'tsyringe';
import { Bus, Info } from 'vaquero';

/** What subscribers are told. The name stands for the class on the wire, where there are several nodes. */
@Info('__file__.changed')
export class __Class__Changed {
  constructor(readonly value: string) {}
}

/** Knows nothing of sockets: it publishes, and the handlers that subscribed are told. */
@singleton()
export class __Class__ {
  /** What to subscribe to: `connection.subscribe(__Class__.topic)`. */
  static readonly topic = '__file__';

  constructor(private readonly bus: Bus) {}

  change(value: string): void {
    this.bus.publish(__Class__.topic, new __Class__Changed(value));
  }
}
