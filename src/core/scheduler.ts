/** One that has something to do, but not before the callback that runs now has returned. */
export interface Runnable {
  /** Whether it is in the run queue; kept by the scheduler. */
  awake: boolean;
  /** Does what there is to do now, not what comes of it. Must not throw. */
  run(): void;
}

/** How many may run before sockets and timers get their turn again, be the queue empty in between or not. */
const SLICE = 512;

const queue: Runnable[] = [];
let head = 0;
let waiting = false;
let budget = SLICE;

/**
 * Puts one into the run queue, once. The queue runs when the current callback has returned: no receiver runs inside its sender, a
 * chain of messages never recurses, and a batch costs one tick, however many it wakes.
 */
export function wake(one: Runnable): void {
  if (one.awake) return;
  one.awake = true;
  queue.push(one);
  if (waiting) return;
  waiting = true;
  if (budget > 0) process.nextTick(runQueue);
  else setImmediate(runFresh);
}

/** Whether nobody waits for a turn. */
export function atRest(): boolean {
  return !waiting;
}

function runFresh(): void {
  budget = SLICE;
  runQueue();
}

function runQueue(): void {
  try {
    for (; head < queue.length && budget > 0; budget--) {
      const one = queue[head++] as Runnable;
      one.awake = false;
      one.run();
    }
  } finally {
    rest();
  }
}

/** Runs what is left in a later turn of the event loop: the slice was used up, or one of them threw, which must not stop the others. */
function rest(): void {
  const left = queue.length - head;
  if (left === 0) {
    queue.length = 0;
    head = 0;
    waiting = false;
    return;
  }
  // Under a steady load the queue is never empty. While most of it still waits, it is not worth moving.
  if (head > left) {
    queue.splice(0, head);
    head = 0;
  }
  setImmediate(runFresh);
}
