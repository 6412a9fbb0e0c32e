import type { Carrier } from '../../core/carrier.js';
import type { Frame } from '../../core/commands.js';
import { type Runnable, wake } from '../../core/scheduler.js';
import type { Deflater } from './deflate.js';
import { FIN, headerSize, Opcode, RSV1, writeHeader } from './frame.js';

/** Bytes up to which a payload is copied to join others in one write; larger ones are written as they are. */
const JOIN_LIMIT = 8192;
/** Bytes that are gathered in a turn before they are written in its middle. */
const FLUSH_AT = 65_536;
const SLAB_SIZE = 65_536;

/**
 * Small frames of all connections are encoded into a common slab, one behind the other: the frames of one connection in one turn
 * usually lie together, and leave as one view of it, in one write.
 */
let slab = Buffer.allocUnsafeSlow(SLAB_SIZE);
let slabUsed = 0;

/** The text sent last and, once it is sent again, its frame: what many connections reply to one publish is encoded once. */
let lastText = '';
let lastFrame: Buffer | null = null;

const OPCODES = { text: Opcode.text, binary: Opcode.binary, ping: Opcode.ping, pong: Opcode.pong } as const;

/** A message that waits for its turn, because it or one before it is being compressed. */
interface Job {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly compress: boolean;
}

/** Encodes a connection's frames and writes them, together, when the turn ends. */
export class Sender implements Runnable {
  awake = false;
  /** What the handler's `deflate` said. */
  deflates = true;

  /** A frame that others share, as long as it is the only one. */
  private lone: Buffer | null = null;
  /** What is to be written, in order, but for the run in the slab: mostly one part, and then there is no list. */
  private part: Buffer | null = null;
  private moreParts: Buffer[] | null = null;
  /** The frames that lie together at the end of the slab, unless others have been there since. */
  private inSlab: Buffer | null = null;
  private runFrom = 0;
  private runTo = 0;
  private gathered = 0;
  private corked = false;
  private jobs: Job[] | null = null;
  private jobBytes = 0;
  private closed = false;
  private afterJobs: (() => void) | null = null;

  constructor(
    private readonly socket: Carrier,
    private readonly deflater: Deflater | null,
    private readonly onWrite: () => void,
  ) {}

  /** Bytes that wait to be written or compressed. */
  get waiting(): number {
    return this.gathered + this.jobBytes + this.socket.writableLength;
  }

  text(payload: string): void {
    if (this.deflater !== null) return this.message(Opcode.text, Buffer.from(payload));
    if (payload.length > JOIN_LIMIT) return this.encode(FIN | Opcode.text, Buffer.from(payload));
    if (payload !== lastText) {
      lastText = payload;
      lastFrame = null;
      return this.encodeText(payload);
    }
    lastFrame ??= frameOf(FIN | Opcode.text, Buffer.from(payload));
    this.encoded(lastFrame);
  }

  binary(payload: Buffer): void {
    this.message(Opcode.binary, payload);
  }

  frame(frame: Frame): void {
    const opcode = OPCODES[frame.type];
    if (this.deflater !== null && opcode < Opcode.close) return this.message(opcode, bytesOf(frame.payload));
    if (frame.encoded === null) {
      const payload = bytesOf(frame.payload);
      if (payload.length > JOIN_LIMIT) return this.control(opcode, payload);
      frame.encoded = frameOf(FIN | opcode, payload);
    }
    this.encoded(frame.encoded);
  }

  /** A control frame, which may overtake messages that are being compressed (RFC 6455, section 5.4). */
  control(opcode: number, payload: Buffer): void {
    this.encode(FIN | opcode, payload);
  }

  /** A close frame, behind all that was sent; `done` when it has been given to the socket. Nothing is sent after it. */
  close(payload: Buffer, done: () => void): void {
    if (this.closed) return;
    this.closed = true;
    if (this.jobs === null) {
      this.control(Opcode.close, payload);
      this.run();
      return done();
    }
    this.afterJobs = () => {
      this.control(Opcode.close, payload);
      this.run();
      done();
    };
  }

  /** Gathers until `uncork`, instead of until the run queue comes to it. */
  cork(): void {
    this.corked = true;
  }

  uncork(): void {
    this.corked = false;
    this.run();
  }

  /** Writes what was gathered. */
  run(): void {
    this.endRun();
    const { part, moreParts, socket } = this;
    if (part === null) return;
    this.part = this.moreParts = null;
    this.gathered = 0;
    if (moreParts === null) {
      socket.write(part);
    } else {
      socket.cork();
      socket.write(part);
      for (const one of moreParts) socket.write(one);
      socket.uncork();
    }
    this.onWrite();
  }

  /** Lets go of what was to be compressed and written. */
  destroy(): void {
    this.closed = true;
    this.jobs = this.part = this.moreParts = this.lone = this.inSlab = this.afterJobs = null;
    this.gathered = this.jobBytes = 0;
  }

  // --- Compression ---

  private message(opcode: number, payload: Buffer): void {
    const compress = this.deflater !== null && this.deflates && payload.length >= this.deflater.threshold;
    if (!compress && this.jobs === null) return this.encode(FIN | opcode, payload);
    this.jobBytes += payload.length;
    if (this.jobs !== null) {
      this.jobs.push({ opcode, payload, compress });
      return this.onWrite();
    }
    this.jobs = [{ opcode, payload, compress }];
    this.nextJob();
  }

  private nextJob(): void {
    for (let job = this.jobs?.[0]; job !== undefined; job = this.jobs?.[0]) {
      if (job.compress) return this.compress(job, this.deflater as Deflater);
      this.jobDone(FIN | job.opcode, job.payload);
    }
    this.jobs = null;
    this.afterJobs?.();
    this.afterJobs = null;
  }

  private compress(job: Job, deflater: Deflater): void {
    deflater.compress(job.payload, true, (error, compressed) => {
      // The connection was cut meanwhile, or zlib failed, which ends it.
      if (this.jobs === null) return;
      if (error) return void this.socket.destroy(error);
      this.jobDone(FIN | RSV1 | job.opcode, compressed);
      this.nextJob();
    });
  }

  private jobDone(firstByte: number, payload: Buffer): void {
    const job = (this.jobs as Job[]).shift() as Job;
    this.jobBytes -= job.payload.length;
    this.encode(firstByte, payload);
  }

  // --- Encoding ---

  private encode(firstByte: number, payload: Buffer): void {
    const header = headerSize(payload.length);
    if (payload.length > JOIN_LIMIT) {
      const at = this.reserve(header);
      writeHeader(slab, at, firstByte, payload.length);
      this.commit(at + header);
      return this.apart(payload);
    }
    const at = this.reserve(header + payload.length);
    writeHeader(slab, at, firstByte, payload.length);
    slab.set(payload, at + header);
    this.commit(at + header + payload.length);
  }

  /** Straight from the string into the slab; only text outside ASCII can need a longer header than its length says. */
  private encodeText(payload: string): void {
    const at = this.reserve(10 + 3 * payload.length);
    let header = headerSize(payload.length);
    const length = slab.write(payload, at + header);
    const needed = headerSize(length);
    if (needed !== header) slab.copyWithin(at + needed, at + header, at + header + length);
    header = needed;
    writeHeader(slab, at, FIN | Opcode.text, length);
    this.commit(at + header + length);
  }

  /** A frame that is encoded already: alone in its turn it is written as it is, among others it joins them. */
  private encoded(frame: Buffer): void {
    if (this.gathered === 0) {
      this.lone = frame;
      return this.add(frame.length);
    }
    const at = this.reserve(frame.length);
    slab.set(frame, at);
    this.commit(at + frame.length);
  }

  /** Finds room for so many bytes behind this connection's last ones. */
  private reserve(bytes: number): number {
    const { lone } = this;
    if (lone === null) return this.claim(bytes);
    this.lone = null;
    const at = this.claim(lone.length + bytes);
    slab.set(lone, at);
    this.runTo = slabUsed = at + lone.length;
    return slabUsed;
  }

  /** Goes on with the run, or begins a new one. */
  private claim(bytes: number): number {
    const fits = slabUsed + bytes <= SLAB_SIZE;
    if (fits && this.inSlab === slab && this.runTo === slabUsed) return slabUsed;
    this.endRun();
    if (!fits) {
      slab = Buffer.allocUnsafeSlow(SLAB_SIZE);
      slabUsed = 0;
    }
    this.inSlab = slab;
    this.runFrom = this.runTo = slabUsed;
    return slabUsed;
  }

  private commit(to: number): void {
    const from = this.runTo;
    this.runTo = slabUsed = to;
    this.add(to - from);
  }

  private apart(bytes: Buffer): void {
    this.endRun();
    this.push(bytes);
    this.add(bytes.length);
  }

  private endRun(): void {
    if (this.lone !== null) {
      this.push(this.lone);
      this.lone = null;
    }
    if (this.inSlab === null) return;
    if (this.runTo > this.runFrom) this.push(this.fromSlab(this.inSlab));
    this.inSlab = null;
  }

  /** What lies in the slab: as a view of it, or as a copy where it would wait in the socket and keep the slab from being let go. */
  private fromSlab(inSlab: Buffer): Buffer {
    const run = inSlab.subarray(this.runFrom, this.runTo);
    if (this.socket.writableLength === 0) return run;
    const copy = Buffer.allocUnsafeSlow(run.length);
    copy.set(run);
    return copy;
  }

  private push(part: Buffer): void {
    if (this.part === null) {
      this.part = part;
    } else {
      this.moreParts ??= [];
      this.moreParts.push(part);
    }
  }

  private add(bytes: number): void {
    this.gathered += bytes;
    if (this.gathered >= FLUSH_AT) this.run();
    else if (!this.corked) wake(this);
  }
}

function bytesOf(payload: string | Buffer): Buffer {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}

function frameOf(firstByte: number, payload: Buffer): Buffer {
  const header = headerSize(payload.length);
  const frame = Buffer.allocUnsafe(header + payload.length);
  writeHeader(frame, 0, firstByte, payload.length);
  frame.set(payload, header);
  return frame;
}
