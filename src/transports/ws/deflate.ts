import { constants } from 'node:zlib';
import { extension, PerMessageDeflate } from 'ws';
import type { DeflateOptions } from '../../core/options.js';

const STRATEGIES = {
  default: constants.Z_DEFAULT_STRATEGY,
  filtered: constants.Z_FILTERED,
  huffman: constants.Z_HUFFMAN_ONLY,
  rle: constants.Z_RLE,
  fixed: constants.Z_FIXED,
};

/** permessage-deflate (RFC 7692) as one connection negotiated it. */
export class Deflater extends PerMessageDeflate {
  /** Bytes below which a message is sent as it is. */
  readonly threshold: number;

  constructor(options: DeflateOptions, maxFrameSize: number) {
    const { level, memLevel, strategy, threshold = 0, ...negotiated } = options;
    super({
      ...negotiated,
      isServer: true,
      maxPayload: maxFrameSize,
      zlibDeflateOptions: {
        ...(level !== undefined && { level }),
        ...(memLevel !== undefined && { memLevel }),
        ...(strategy !== undefined && { strategy: STRATEGIES[strategy] }),
      },
    });
    this.threshold = threshold;
  }

  /** A message that inflates to more is given up as soon as it has. */
  set maxFrameSize(bytes: number) {
    this._maxPayload = bytes;
  }

  /** The response header that says what was agreed. */
  get header(): string {
    return extension.format({ [PerMessageDeflate.extensionName]: [this.params] });
  }
}

/**
 * Agrees with a client on compression, or on none: an offer that cannot be honoured is declined, as RFC 7692, section 5.1 allows.
 * Throws for a header or offer that is malformed.
 */
export function negotiate(header: string | undefined, options: DeflateOptions, maxFrameSize: number): Deflater | null {
  const offers = header === undefined ? undefined : extension.parse(header)[PerMessageDeflate.extensionName];
  if (offers === undefined) return null;
  const deflater = new Deflater(options, maxFrameSize);
  try {
    deflater.accept(offers);
    return deflater;
  } catch {
    // An offer with unknown or invalid parameters is declined, not an error (RFC 7692, section 7): the connection goes on uncompressed.
    return null;
  }
}
