/**
 * Cowboy's WebSocket handlers for TypeScript: a connection is a small process, its handler an instance of a decorated class, and what a
 * callback returns is what is sent.
 *
 * @module
 */

// First of all: tsyringe, and every decorated class, asks for it when it is imported.
import 'reflect-metadata';

export type { Accept, AcceptOptions, HeaderValues, Reject, RejectOptions, UpgradeAnswer } from './core/answers.js';
export { accept, reject } from './core/answers.js';
export type { BusCounters, BusStatus } from './core/bus.js';
export { Bus } from './core/bus.js';
export type { BusOptions } from './core/bus-options.js';
export type { ProtocolFault, TerminateReason } from './core/close.js';
export type {
  Active,
  Answer,
  Awaitable,
  Close,
  Command,
  Deflate,
  Frame,
  Reply,
  RuntimeOptions,
  SetOptions,
  ShutdownReason,
} from './core/commands.js';
export {
  active,
  answer,
  binary,
  close,
  deflate,
  json,
  ping,
  pong,
  setOptions,
  shutdownReason,
  stop,
  text,
} from './core/commands.js';
export { Connection } from './core/connection/connection.js';
export type { Counters } from './core/counters.js';
export type { VaqueroErrorCode } from './core/errors.js';
export { VaqueroError } from './core/errors.js';
export type { ErrorContext, ErrorStage, Logger } from './core/logging.js';
export type { DeflateOptions, HandlerOptions, Origins } from './core/options.js';
export type { HandlerClass } from './core/plan.js';
export type { Latest, OverflowPolicy } from './core/policy.js';
export { latest } from './core/policy.js';
export type { PresenceEntry } from './core/presence.js';
export { Presence, PresenceDiff } from './core/presence.js';
export type { Ref } from './core/ref.js';
export type { RequestOptions } from './core/request.js';
export { attach } from './core/server/attach.js';
export { discover } from './core/server/discover.js';
export type { AttachOptions, CloseOptions, ServeOptions, Server } from './core/server/options.js';
export { serve } from './core/server/serve.js';
export type { TimerRef } from './core/timeout.js';
export { Down, Timeout } from './core/timeout.js';
export type { RateLimit } from './core/token-bucket.js';
export type { Peer, RequestInfo } from './core/upgrade-request.js';
export { UpgradeRequest } from './core/upgrade-request.js';
export { Info } from './decorators/info.js';
export { OnBinary } from './decorators/on-binary.js';
export { OnInfo } from './decorators/on-info.js';
export { OnInit } from './decorators/on-init.js';
export { OnPing } from './decorators/on-ping.js';
export { OnPong } from './decorators/on-pong.js';
export { OnTerminate } from './decorators/on-terminate.js';
export { OnText } from './decorators/on-text.js';
export { OnUpgrade } from './decorators/on-upgrade.js';
export { WebSocketHandler } from './decorators/web-socket-handler.js';
