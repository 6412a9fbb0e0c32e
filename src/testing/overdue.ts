import { VaqueroError } from '../core/errors.js';
import type { Client } from './client.js';
import type { ReceivedFrame } from './frames.js';
import type { MountedHub } from './mounted-hub.js';
import { reasonText } from './reason-text.js';
import { VirtualClock } from './virtual-clock.js';

/** So many frames are shown, and so much of the text of each. */
const FRAMES = 5;
const CHARACTERS = 40;

/** What somebody waits with, and for how long. */
interface Overdue {
  /** The handler and the path. */
  readonly what: string;
  readonly awaited: string;
  readonly timeout: number;
}

/** The error of a wait whose time is over: what was waited for, and all that can tell why it did not come. */
export function overdue({ what, awaited, timeout }: Overdue, hub: MountedHub, client: Client): VaqueroError {
  const cause = hub.errors.at(-1)?.error;
  const sentences = [
    `${what}: ${awaited} did not come in ${timeout} ms`,
    framesText(client),
    connectionText(hub),
    ...(hub.bus.status === 'connected' ? [] : [`Its bus is ${hub.bus.status}`]),
    ...(hub.clock instanceof VirtualClock ? [`Its clock is at ${hub.clock.now()} ms; time passes there by advance() alone`] : []),
    ...(cause === undefined ? [] : [`Last error: ${cause.message}`]),
    countersText(hub),
  ];
  return new VaqueroError('VAQUERO_WAIT_TIMEOUT', `${sentences.join('. ')}.`, cause && { cause });
}

function framesText({ frames, reading }: Client): string {
  const shown = frames.slice(-FRAMES).map(frameText);
  if (shown.length < frames.length) shown.unshift('…');
  const told = reading ? '' : '; it reads no more until resume() or read()';
  return `Frames received: ${frames.length}${shown.length > 0 ? ` (${shown.join(', ')})` : ''}${told}`;
}

function frameText(frame: ReceivedFrame): string {
  switch (frame.type) {
    case 'text':
      return `text ${quoted(frame.payload)}`;
    case 'close':
      return `close ${frame.code}${frame.reason && ` ${quoted(frame.reason)}`}`;
    default:
      return `${frame.type} of ${frame.payload.length} bytes`;
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text);
}

function connectionText({ life, isOver }: MountedHub): string {
  if (life === null) return 'The handler has not been asked';
  const { current } = life.dispatcher;
  const running = current === null ? '' : `, and ${life.plan.name}.${current.name} has not returned`;
  if (life.upgrading) return `The upgrade is not decided${running}`;
  if (life.reason === null) return `The connection is open${running}`;
  return `The connection has ended (${reasonText(life.reason)})${running || (isOver ? '' : ', and @OnTerminate is not over')}`;
}

/** Counters of the connection, and of the bus, which others may use too. */
function countersText({ counters: { opened: _, ...counters }, bus }: MountedHub): string {
  return `Counters above 0: ${aboveZero(counters)}; of the bus: ${aboveZero(bus.counters)}`;
}

function aboveZero(counters: object): string {
  const counted = Object.entries(counters).filter(([, count]) => count > 0);
  return counted.map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
}
