import type { TerminateReason } from '../core/close.js';
import type { Life } from '../core/connection/life.js';
import type { ErrorContext } from '../core/logging.js';
import { Hub } from '../core/server/hub.js';
import type { ReportedError } from './reported-error.js';

/** The hub of a server with one connection, which a test looks at. */
export class MountedHub extends Hub {
  readonly errors: ReportedError[] = [];
  /** The one connection, once it has been let in to be decided on. */
  life: Life | null = null;
  /** Resolves when its clean-up is over. */
  readonly over: Promise<TerminateReason>;
  /** Whether its clean-up is over. */
  isOver = false;
  #onOver: (reason: TerminateReason) => void = () => undefined;

  constructor(...parameters: ConstructorParameters<typeof Hub>) {
    super(...parameters);
    this.over = new Promise((resolve) => {
      this.#onOver = resolve;
    });
  }

  override began(life: Life, onEnded?: () => void): void {
    this.life = life;
    super.began(life, onEnded);
  }

  override terminated(life: Life): void {
    super.terminated(life);
    this.isOver = true;
    this.#onOver(life.reason as TerminateReason);
  }

  override report(error: Error, context: ErrorContext): void {
    this.errors.push({ error, context });
    super.report(error, context);
  }
}
