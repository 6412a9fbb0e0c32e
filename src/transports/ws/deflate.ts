import { constants } from 'node:zlib';
import { type ExtensionOffer, extension, PerMessageDeflate } from 'ws';
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
 * Agrees with a client on the first of its offers that can be honoured, or on no compression: an offer with unknown or invalid parameters
 * is declined, not an error (RFC 7692, section 7). Throws for a header that is malformed.
 */
export function negotiate(header: string | undefined, options: DeflateOptions, maxFrameSize: number): Deflater | null {
  const offers = header === undefined ? undefined : extension.parse(header)[PerMessageDeflate.extensionName];
  for (const offer of offers ?? []) {
    const deflater = accepted(offer, options, maxFrameSize);
    if (deflater !== null) return deflater;
  }
  return null;
}

function accepted(offer: ExtensionOffer, options: DeflateOptions, maxFrameSize: number): Deflater | null {
  const serverBits = bits(offer.server_max_window_bits);
  // A window of 2^8 bytes is legal, but zlib cannot keep to it.
  if (serverBits === 8) return null;
  const deflater = new Deflater(
    {
      ...options,
      ...smaller('serverMaxWindowBits', options.serverMaxWindowBits, serverBits),
      ...smaller('clientMaxWindowBits', options.clientMaxWindowBits, bits(offer.client_max_window_bits)),
    },
    maxFrameSize,
  );
  try {
    deflater.accept([offer]);
    return deflater;
  } catch {
    // ws throws for what it cannot honour; the next offer may do.
    return null;
  }
}

function bits(values: ExtensionOffer[string] | undefined): number {
  return Number(values?.[0]);
}

/** A window as small as both sides want it; ws would decline an offer of less than the option. */
function smaller(option: keyof DeflateOptions, wanted: number | undefined, offered: number): DeflateOptions {
  return wanted !== undefined && offered >= 8 && offered < wanted ? { [option]: offered } : {};
}
