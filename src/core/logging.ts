/** A log that takes an object and a message, as pino does; `console` fits too. */
export interface Logger {
  debug(...line: unknown[]): void;
  info(...line: unknown[]): void;
  warn(...line: unknown[]): void;
  error(...line: unknown[]): void;
}

/** Where an error came from. */
export type ErrorStage =
  | 'make'
  | 'upgrade'
  | 'init'
  | 'text'
  | 'binary'
  | 'ping'
  | 'pong'
  | 'info'
  | 'send'
  | 'terminate'
  | 'dispose'
  | 'bus'
  | 'server';

/** What `onError` is told beside the error. */
export interface ErrorContext {
  /** What was being done. */
  readonly stage: ErrorStage;
  /** The handler's class name, where there is one. */
  readonly handler?: string;
  /** The method that threw, where there is one. */
  readonly method?: string;
  /** The path of the request, where there is one. */
  readonly path?: string;
}
