// Decodes server frames whole. It takes its time: only the verification, which is not measured, reads with it.

export class FrameDecoder {
  #pending = Buffer.alloc(0);

  /** Answers the frames that are complete with these bytes. */
  decode(bytes) {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    const frames = [];
    for (let frame = this.#first(); frame !== null; frame = this.#first()) frames.push(frame);
    return frames;
  }

  #first() {
    const bytes = this.#pending;
    if (bytes.length < 2) return null;
    const short = bytes[1] & 0x7f;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < header) return null;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < header + length) return null;
    this.#pending = bytes.subarray(header + length);
    return { final: (bytes[0] & 0x80) !== 0, opcode: bytes[0] & 0x0f, payload: bytes.subarray(header, header + length) };
  }
}
