// The parts of `ws` that @types/ws does not describe.
import 'ws';

declare module 'ws' {
  type ExtensionParameters = Record<string, string[] | true[] | number | true>;

  const extension: {
    parse(header: string): Record<string, ExtensionParameters[] | undefined>;
    format(extensions: Record<string, ExtensionParameters[]>): string;
  };

  const subprotocol: { parse(header: string): Set<string> };

  class PerMessageDeflate {
    constructor(options: Record<string, unknown>);
    static readonly extensionName: string;
    readonly params: ExtensionParameters;
    /** The limit of `decompress`, in bytes; 0 for none. */
    protected _maxPayload: number;
    accept(offers: ExtensionParameters[]): ExtensionParameters;
    cleanup(): void;
    decompress(data: Buffer, fin: boolean, callback: (error: Error | null, result: Buffer) => void): void;
    compress(data: Buffer, fin: boolean, callback: (error: Error | null, result: Buffer) => void): void;
  }
}
