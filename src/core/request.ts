import { VaqueroError } from './errors.js';
import type { Ref } from './ref.js';
import { Alarm, type Timers } from './timers.js';

/** Milliseconds that an answer may take unless the request says otherwise. */
const DEFAULT_TIMEOUT = 5_000;

/** What `bus.request` takes. */
export interface RequestOptions {
  /** Milliseconds that the answer may take. Default 5,000. */
  readonly timeout?: number;
}

/**
 * Why there is no answer: `gone` there is no such connection, or it ended first; `crashed` the callback threw; `unanswered` it returned without an answer, or
 * there is none for this info; `refused` the mailbox is full; `unreachable` it lives on another node, and the broker is away; `unreadable` that node cannot
 * understand the info.
 */
export type RequestFailure = 'gone' | 'crashed' | 'unanswered' | 'refused' | 'unreachable' | 'unreadable';

/** Where the outcome of a request goes. */
export interface Asker {
  answered(value: unknown): void;
  failed(failure: RequestFailure): void;
}

/** An info that wants an answer, on its way to a connection. It has one outcome: what comes after that counts for nothing. */
export class Request {
  private asker: Asker | null;

  constructor(
    readonly info: unknown,
    asker: Asker,
  ) {
    this.asker = asker;
  }

  answer(value: unknown): void {
    const { asker } = this;
    this.asker = null;
    asker?.answered(value);
  }

  fail(failure: RequestFailure): void {
    const { asker } = this;
    this.asker = null;
    asker?.failed(failure);
  }
}

/** The promise of an answer, which is kept within a time limit. */
export class Pending extends Alarm implements Asker {
  readonly promise: Promise<unknown>;
  private resolve: (value: unknown) => void = ignore;
  private reject: (error: Error) => void = ignore;

  constructor(
    private readonly ref: Ref,
    private readonly timers: Timers,
    private readonly timeout = DEFAULT_TIMEOUT,
    private onSettled: () => void,
  ) {
    super();
    if (typeof timeout !== 'number' || !(timeout >= 1) || timeout === Number.POSITIVE_INFINITY) {
      throw new VaqueroError(
        'VAQUERO_INVALID_OPTION',
        `request(): timeout must be a number of milliseconds from 1 on, got ${String(timeout)}.`,
      );
    }
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    timers.start(this, timeout);
  }

  answered(value: unknown): void {
    this.settle();
    this.resolve(value);
  }

  failed(failure: RequestFailure): void {
    this.settle();
    this.reject(requestError(failure, this.ref));
  }

  /** It could not be asked, or nobody listens for the answer any more. */
  broken(error: Error): void {
    this.settle();
    this.reject(error);
  }

  ring(): void {
    this.settle();
    const error = new VaqueroError(
      'VAQUERO_REQUEST_TIMEOUT',
      `${this.ref} has not answered within ${this.timeout} ms. Give the request more time, or find out what keeps the connection busy.`,
    );
    this.reject(error);
  }

  /** A connection may answer after the time is over: that must not count as one more that is settled. */
  private settle(): void {
    this.timers.cancel(this);
    this.onSettled();
    this.onSettled = ignore;
  }
}

function requestError(failure: RequestFailure, ref: Ref): VaqueroError {
  switch (failure) {
    case 'gone':
      return new VaqueroError('VAQUERO_NO_CONNECTION', `There is no connection ${ref}, or it ended before it answered.`);
    case 'crashed':
      return new VaqueroError(
        'VAQUERO_REQUEST_CRASHED',
        `${ref} crashed while it handled the request; its error went to onError where it lives.`,
      );
    case 'unanswered':
      return new VaqueroError(
        'VAQUERO_REQUEST_UNANSWERED',
        `${ref} has handled the request and not answered. Return answer(value) from the @OnInfo that takes this info.`,
      );
    case 'unreachable':
      return new VaqueroError(
        'VAQUERO_BUS_UNAVAILABLE',
        `${ref} lives on another node, and the broker is away. Ask again later.`,
      );
    case 'unreadable':
      return new VaqueroError(
        'VAQUERO_MESSAGE_REFUSED',
        `The node of ${ref} cannot understand the request; its onError says why. Import the classes of infos on every node.`,
      );
    case 'refused':
      return new VaqueroError(
        'VAQUERO_REQUEST_REFUSED',
        `${ref} has as much waiting as its mailbox.limit allows. Ask again later, or raise the limit.`,
      );
  }
}

function ignore(): void {}
