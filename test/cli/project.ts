import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pack, run } from '../package/consumer.js';
import { Events } from '../support/events.js';

const INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline'];

/** The packed package, installed where nothing else is, to call `npx vaquero` of, and the projects that it starts. */
export class Workshop {
  readonly #projects: Project[] = [];

  private constructor(
    readonly directory: string,
    private readonly tarball: string,
  ) {}

  static async create(): Promise<Workshop> {
    const directory = await mkdtemp(join(tmpdir(), 'vaquero-scaffold-'));
    const { tarball } = await pack(directory);
    const tool = join(directory, 'tool');
    await mkdir(tool);
    await writeFile(join(tool, 'package.json'), '{ "private": true }');
    await run(tool, 'npm', ...INSTALL, `../${tarball}`);
    return new Workshop(directory, tarball);
  }

  /** Starts a project as the README says, and installs what it depends on: of vaquero, the tarball. */
  async start(name: string, ...options: string[]): Promise<Project> {
    await run(join(this.directory, 'tool'), 'npx', 'vaquero', 'new', `../${name}`, ...options);
    const project = new Project(join(this.directory, name));
    this.#projects.push(project);
    await project.run('npm', ...INSTALL, `../${this.tarball}`);
    return project;
  }

  async remove(): Promise<void> {
    for (const project of this.#projects) await project.end();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A project that `vaquero new` wrote. */
export class Project {
  readonly #programs: Program[] = [];

  constructor(readonly directory: string) {}

  /** Runs a command to its end, and answers what it said; rejects with that unless it ends well. */
  run(program: string, ...parameters: string[]): Promise<string> {
    return run(this.directory, program, ...parameters);
  }

  /** Changes a file, which must change. */
  async edit(path: string, change: (content: string) => string): Promise<void> {
    await writeFile(join(this.directory, path), await this.#changed(path, change));
  }

  /** The same, by another file in its place, as git and some editors do. */
  async replace(path: string, change: (content: string) => string): Promise<void> {
    const other = join(this.directory, 'replacement');
    await writeFile(other, await this.#changed(path, change));
    await rename(other, join(this.directory, path));
  }

  async #changed(path: string, change: (content: string) => string): Promise<string> {
    const before = await readFile(join(this.directory, path), 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`nothing to change in ${path}:\n${before}`);
    return after;
  }

  /** Starts a command that goes on, on a free port. */
  launch(variables: Record<string, string>, program: string, ...parameters: string[]): Program {
    const launched = new Program(this.directory, variables, [program, ...parameters]);
    this.#programs.push(launched);
    return launched;
  }

  async end(): Promise<void> {
    for (const program of this.#programs) await program.kill();
  }
}

/** A running server, or what restarts one. */
export class Program {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #addresses = new Events<string>();
  #said = '';

  constructor(cwd: string, variables: Record<string, string>, [program = '', ...parameters]: readonly string[]) {
    const env = { ...process.env, PORT: '0', ...variables };
    // In a group of its own, as in a terminal: npm, what it runs and what that runs get a signal together.
    const child = spawn(program, parameters, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#ended = once(child, 'close').then(([code]) => code as number | null);
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => this.#hear(line));
  }

  /** Where it says next that it listens. Rejects if it ends instead. */
  listening(): Promise<string> {
    const ended = this.#ended.then((code) => {
      throw new Error(`ended with ${code}:\n${this.#said}`);
    });
    return Promise.race([this.#addresses.next(), ended]);
  }

  /** Sends SIGTERM to all of it, and answers the exit code of the first. */
  stop(): Promise<number | null> {
    this.#signal('SIGTERM');
    return this.#ended;
  }

  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.#ended;
  }

  #hear(line: string): void {
    this.#said += `${line}\n`;
    const url = /^Listening on (http:\/\/localhost:\d+)$/.exec(line)?.[1];
    if (url !== undefined) this.#addresses.push(url);
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-(this.#child.pid as number), signal);
    } catch (error) {
      // The group has gone.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
