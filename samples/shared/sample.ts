import type { DependencyContainer } from 'tsyringe';
import type { HandlerClass } from 'vaquero';

/** What one sample brings: its sockets, its page and what runs beside them. */
export interface Sample {
  /** Its folder, and the first part of its paths. */
  readonly name: string;
  readonly handlers: readonly HandlerClass[];
  /** Starts what runs beside the handlers, and answers how to stop it. */
  readonly start?: (container: DependencyContainer) => () => void;
}
