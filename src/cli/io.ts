/** Where a command runs, and where it writes. */
export interface Io {
  readonly cwd: string;
  out(text: string): void;
  err(text: string): void;
  /** Runs what is not the command's own, such as modules of an application: what it writes to standard output goes to standard error. */
  aside<Result>(run: () => Promise<Result>): Promise<Result>;
  readonly outHasColors: boolean;
  readonly errHasColors: boolean;
}

/** Those of this process. Colours are for terminals; `NO_COLOR` and `FORCE_COLOR` say otherwise. */
export function processIo(): Io {
  return {
    cwd: process.cwd(),
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    aside,
    outHasColors: hasColors(process.stdout),
    errHasColors: hasColors(process.stderr),
  };
}

async function aside<Result>(run: () => Promise<Result>): Promise<Result> {
  const { write } = process.stdout;
  process.stdout.write = process.stderr.write.bind(process.stderr);
  try {
    return await run();
  } finally {
    process.stdout.write = write;
  }
}

function hasColors(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return stream.isTTY && stream.hasColors();
}
