// Requests over the IPC channel of a child process: the runner asks, the child answers.

/** In the child: answers requests by calling `commands`, and exits when the runner is gone. */
export function serveRequests(commands) {
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ id, command, options }) => {
    try {
      process.send({ id, answer: (await commands[command](options)) ?? null });
    } catch (error) {
      process.send({ id, error: error.stack });
    }
  });
}

/** In the runner: one child's requests that wait for an answer. */
export class Requests {
  #child;
  #waiting = new Map();
  #lastId = 0;

  constructor(child) {
    this.#child = child;
    child.on('message', (message) => this.#settle(message));
    child.on('exit', (code, signal) => this.#fail(new Error(`The process ended (${signal ?? code}).`)));
  }

  ask(command, options = {}) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, command, options }, (error) => error && reject(error));
    });
  }

  #settle({ id, answer, error }) {
    const request = this.#waiting.get(id);
    if (request === undefined) return;
    this.#waiting.delete(id);
    if (error === undefined) request.resolve(answer);
    else request.reject(new Error(error));
  }

  #fail(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
