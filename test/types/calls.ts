import {
  accept,
  active,
  attach,
  Bus,
  binary,
  type Command,
  type Connection,
  close,
  type Frame,
  type HandlerClass,
  type HandlerOptions,
  json,
  pong,
  type Ref,
  reject,
  type Server,
  serve,
  setOptions,
  stop,
  Timeout,
  text,
  VaqueroError,
} from 'vaquero';
import { Complete } from './public.js';
import { type Same, same } from './same.js';

/** What the compiler must take of what functions and methods are given, and what it must not. Nothing here is run: `tsc` is the test. */

export async function calls(bus: Bus, connection: Connection, ref: Ref, http: Parameters<typeof attach>[0]): Promise<void> {
  same<Same<Awaited<ReturnType<typeof serve>>, Server>>();
  same<Same<typeof connection.ref, Ref>>();
  same<Same<ReturnType<typeof connection.cancelTimer>, number | false>>();
  await serve({ port: 0, handlers: [Complete], defaults: { rateLimit: { messages: 5 } } });
  await (await attach(http, { handlers: [Complete], trustProxy: 1 })).close({ timeout: 1 });
  const made: readonly (Frame | Command)[] = [text('x'), json([1]), pong(new ArrayBuffer(1)), close(), close(1000), stop()];
  connection.send(made);
  bus.send(ref, { type: 'moved', to: 1 });
  bus.publish('topic', text('x'));
  const handlers: HandlerClass[] = [Complete];
  const error: unknown = handlers;
  if (VaqueroError.is(error, 'VAQUERO_INVALID_REPLY')) same<Same<typeof error.code extends string ? true : false, true>>();

  // @ts-expect-error a port is a number
  await serve({ port: '0', handlers: [Complete] });
  // @ts-expect-error handlers must be said
  await serve({ port: 0 });
  // @ts-expect-error handlers are classes
  await serve({ handlers: [new Complete(connection as Connection<{ room: string }>, bus)] });
  // @ts-expect-error there is no such option
  await serve({ handlers: [], maxConections: 5 });
  // @ts-expect-error attach does not listen
  await attach(http, { handlers: [], port: 0 });
  // @ts-expect-error no such policy
  const policy: HandlerOptions = { mailbox: { policy: 'drop' } };
  // @ts-expect-error no such error code
  VaqueroError.is(policy, 'VAQUERO_WRONG');
  // @ts-expect-error options are read only
  policy.idleTimeout = 5;

  // @ts-expect-error a close code is a number
  close('x');
  // @ts-expect-error text is a string
  text(1);
  // @ts-expect-error bytes are bytes
  binary('x');
  // @ts-expect-error a flag
  active('on');
  // @ts-expect-error only these two can change
  setOptions({ compress: true });
  // @ts-expect-error a status
  reject('401');
  // @ts-expect-error no such field
  accept({ status: 101 });
  // @ts-expect-error an object is no reply
  connection.send({ plain: 'object' });
  // @ts-expect-error any string is no ref
  bus.send('ref', 'info');
  // @ts-expect-error any number is no timer
  connection.cancelTimer(1);
  // @ts-expect-error parameters are what the path says
  connection.params = {};
  // @ts-expect-error buses are made without parameters
  new Bus('redis://localhost');
  // @ts-expect-error timeouts carry a message of their type
  new Timeout<string>(connection.startTimer(1, 'x'), 5);
}
