// The parts of `ws` that @types/ws does not describe.
import 'ws';

declare module 'ws' {
  type ExtensionParameters = Record<string, string[] | true[] | number | true>;

  /** What a client offers: each parameter with its values as they came, `true` for none. */
  type ExtensionOffer = Record<string, string[] | true[]>;

  const extension: {
    parse(header: string): Record<string, ExtensionOffer[] | undefined>;
    format(extensions: Record<string, ExtensionParameters[]>): string;
  };

  const subprotocol: { parse(header: string): Set<string> };

  class PerMessageDeflate {
    constructor(options: Record<string, unknown>);
    static readonly extensionName: string;
    readonly params: ExtensionParameters;
    /** The limit of `decompress`, in bytes; 0 for none. */
    protected _maxPayload: number;
    accept(offers: ExtensionOffer[]): ExtensionParameters;
    cleanup(): void;
    decompress(data: Buffer, fin: boolean, callback: (error: Error | null, result: Buffer) => void): void;
    compress(data: Buffer, fin: boolean, callback: (error: Error | null, result: Buffer) => void): void;
  }
}
