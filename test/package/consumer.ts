import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

export const ROOT = join(__dirname, '../..');

/** What a careful application compiles with: nothing is believed of declarations, ours included. */
const COMPILER_OPTIONS = {
  target: 'ES2022',
  module: 'nodenext',
  types: ['node'],
  strict: true,
  skipLibCheck: false,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  outDir: 'out',
};

/** What uses the buses of several nodes, and so needs their clients. */
const BUSES = 'buses.ts';

/** A handler of a CommonJS module; it is no file of this project, whose own compiler options forbid one. */
const COMMON = `import { OnText, WebSocketHandler } from 'vaquero';
import { mount } from 'vaquero/testing';

@WebSocketHandler('/common')
export class CommonHandler {
  @OnText() echo(message: string) {
    return message;
  }
}

void mount(CommonHandler).then(async (common) => {
  await common.send('from CommonJS');
  console.log(JSON.stringify(await common.next()));
});
`;

/** Runs a program to its end; rejects with all it said unless it ends well. */
export async function run(directory: string, program: string, ...parameters: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, parameters, { cwd: directory, maxBuffer: 0x400_0000 });
    return stdout;
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout: string; stderr: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`);
  }
}

/** What `npm pack` made. */
interface Packed {
  /** The tarball's name. */
  readonly tarball: string;
  /** Its bytes. */
  readonly size: number;
  /** The paths in it. */
  readonly paths: readonly string[];
}

/** Packs the package into a folder as npm publishes it. */
export async function pack(directory: string): Promise<Packed> {
  const packed = await run(ROOT, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', directory);
  const [{ filename, size, files }] = JSON.parse(packed) as [{ filename: string; size: number; files: { path: string }[] }];
  return { tarball: filename, size, paths: files.map(({ path }) => path) };
}

/** A project of its own, far from this one's node_modules, with the package in it as npm publishes it. */
export class Consumer {
  readonly #started: ChildProcessWithoutNullStreams[] = [];

  private constructor(
    readonly directory: string,
    readonly packed: Packed,
  ) {}

  static async create(): Promise<Consumer> {
    const directory = await mkdtemp(join(tmpdir(), 'vaquero-package-'));
    const packed = await pack(directory);
    await cp(join(__dirname, 'consumer'), directory, { recursive: true });
    // What must not compile, must not with the published declarations either.
    await cp(join(__dirname, '../types'), directory, { recursive: true });
    await writeFile(join(directory, 'common.cts'), COMMON);
    await writeFile(join(directory, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    const project = { compilerOptions: COMPILER_OPTIONS, include: ['*.ts', '*.cts'], exclude: [BUSES] };
    await writeFile(join(directory, 'tsconfig.json'), JSON.stringify(project));
    await writeFile(
      join(directory, 'tsconfig.buses.json'),
      JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: [BUSES] }),
    );
    await run(directory, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', `./${packed.tarball}`);
    await mkdir(join(directory, 'node_modules/@types'));
    await symlink(join(ROOT, 'node_modules/@types/node'), join(directory, 'node_modules/@types/node'));
    return new Consumer(directory, packed);
  }

  /** Compiles all that needs no client of a broker; rejects with what the compiler finds. */
  compile(): Promise<void> {
    return this.#compile('tsconfig.json');
  }

  /** Compiles what uses the buses of several nodes, when their clients are there. */
  compileBuses(): Promise<void> {
    return this.#compile('tsconfig.buses.json');
  }

  /** Adds the optional peers, which an application installs that uses these buses. */
  async addClients(): Promise<void> {
    for (const name of ['@nats-io', 'ioredis'])
      await symlink(join(ROOT, 'node_modules', name), join(this.directory, 'node_modules', name));
  }

  async #compile(project: string): Promise<void> {
    await run(this.directory, process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project);
  }

  /** Starts a program that says first where it listens, and goes when its input ends. */
  async start(path: string): Promise<{ url: string; stop(): Promise<{ code: number | null; said: string[] }> }> {
    const child = spawn(process.execPath, [path], { cwd: this.directory });
    this.#started.push(child);
    const ended = once(child, 'close') as Promise<[number | null]>;
    const complaints: string[] = [];
    child.stderr.on('data', (chunk) => complaints.push(String(chunk)));
    const said: string[] = [];
    const lines = createInterface(child.stdout).on('line', (line) => said.push(line));
    await Promise.race([once(lines, 'line'), ended]);
    const url = said.shift();
    if (url === undefined) throw new Error(`${path} said nothing: ${complaints.join('')}`);
    return {
      url,
      stop: async () => {
        child.stdin.end();
        const [code] = await ended;
        return { code, said };
      },
    };
  }

  async remove(): Promise<void> {
    for (const child of this.#started) child.kill('SIGKILL');
    await rm(this.directory, { recursive: true, force: true });
  }
}
