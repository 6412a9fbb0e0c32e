import { Deadline } from './deadline.js';
import { settled } from './settled.js';

const ignore = (): void => undefined;

/**
 * A promise of what a test waits for, with a deadline that starts when somebody awaits it, or hands it to what does. Who only listens, with
 * `then(callback)`, waits for nothing: that starts no deadline, and keeps no process.
 */
class Wait<Value> extends Promise<Value> {
  #onAwaited: () => void = ignore;

  /** What `then` derives from it is made below, where it can be awaited further. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  static of<Value>(promise: Promise<Value>, onAwaited: () => void): Wait<Value> {
    const wait = new Wait<Value>((resolve) => resolve(promise));
    wait.#onAwaited = onAwaited;
    return wait;
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise; `await`, `Promise.all` and matchers of test runners all come through here.
  override then<Result1 = Value, Result2 = never>(
    onFulfilled?: ((value: Value) => Result1 | PromiseLike<Result1>) | null,
    onRejected?: ((reason: unknown) => Result2 | PromiseLike<Result2>) | null,
  ): Promise<Result1 | Result2> {
    const derived = super.then(onFulfilled, onRejected);
    if (typeof onRejected !== 'function') return Wait.of(derived, this.#onAwaited);
    this.#onAwaited();
    return derived;
  }

  /** Who does not await it, or not yet, has not failed. */
  quiet(): this {
    void super.then(ignore, ignore);
    return this;
  }
}

/** Has what a test waits for end by itself: in so many milliseconds, by the time of the machine. */
export class Waits {
  constructor(
    private readonly timeout: number,
    /** The error of a wait whose time is over. */
    private readonly overdue: (awaited: string) => Error,
  ) {}

  /**
   * The same promise, which rejects when its time is over and it still is not settled.
   *
   * @param awaited - what is waited for, as the error says it
   * @param giveUp - called when the time is over
   */
  until<Value>(promise: Promise<Value>, awaited: string, giveUp: () => void = ignore): Promise<Value> {
    const call = new Error();
    let isSettled = false;
    let reject: (error: Error) => void = ignore;
    const expired = new Promise<never>((_, rejectIt) => {
      reject = rejectIt;
    });
    const onPassed = async () => {
      // Where the process was held up, what is waited for may be here already, and only not handled.
      await settled();
      if (isSettled) return;
      reject(calledFrom(call, this.overdue(awaited)));
      giveUp();
    };
    const deadline = new Deadline(this.timeout, () => void onPassed());
    const onSettled = () => {
      isSettled = true;
      deadline.cancel();
    };
    promise.then(onSettled, onSettled);
    const onAwaited = () => {
      if (!isSettled) deadline.start();
    };
    return Wait.of(Promise.race([promise, expired]), onAwaited).quiet();
  }
}

/** Gives an error the stack of the call that waited, for that of a timer shows nothing of the test. */
function calledFrom({ stack = '' }: Error, error: Error): Error {
  error.stack = stack.replace(/^.*/, () => `${error.name}: ${error.message}`);
  return error;
}
