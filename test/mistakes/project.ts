import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { transform } from '@swc/core';

const ROOT = join(__dirname, '../..');
const TOOLS = [
  '@jest',
  '@msgpack',
  '@swc',
  '@types',
  '@typescript',
  'jest',
  'reflect-metadata',
  'rou3',
  'tsyringe',
  'typescript',
  'undici-types',
  'vitest',
  'ws',
];

/** A newcomer's project: a folder of its own, in which the built package and the tools are installed. */
export class Project {
  private constructor(readonly directory: string) {}

  static async create(): Promise<Project> {
    const project = new Project(await realpath(await mkdtemp(join(tmpdir(), 'vaquero-mistakes-'))));
    await project.write({ 'package.json': '{ "type": "module" }' });
    const modules = join(project.directory, 'node_modules');
    await mkdir(modules);
    await symlink(ROOT, join(modules, 'vaquero'), 'dir');
    for (const tool of TOOLS) await symlink(join(ROOT, 'node_modules', tool), join(modules, tool), 'dir');
    return project;
  }

  /** Puts another copy of a package where it is found from this folder of the project, and from those in it. */
  async copy(name: 'tsyringe' | 'vaquero', folder: string): Promise<void> {
    const to = join(this.directory, folder, 'node_modules', name);
    const from = name === 'vaquero' ? ROOT : join(ROOT, 'node_modules', name);
    for (const part of ['package.json', 'dist']) await cp(join(from, part), join(to, part), { recursive: true });
    if (name === 'tsyringe') await symlink(join(ROOT, 'node_modules/tslib'), join(to, '../tslib'), 'dir');
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.directory, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
  }

  /** Builds with tsc and these options, into `out`, without a type check, which takes seconds. */
  async tsc(options: Readonly<Record<string, unknown>>, files: Readonly<Record<string, string>>): Promise<void> {
    const compilerOptions = {
      target: 'ES2022',
      module: 'nodenext',
      types: ['node'],
      rootDir: '.',
      outDir: 'out',
      noCheck: true,
      skipLibCheck: true,
      ...options,
    };
    await this.write({ ...files, 'tsconfig.json': JSON.stringify({ compilerOptions, files: Object.keys(files) }) });
    await this.run('node_modules/typescript/bin/tsc', '-p', '.');
  }

  /** Builds one file with swc and these options of `jsc.transform`, into `out`. */
  async swc(options: Readonly<Record<string, unknown>>, name: string, source: string): Promise<void> {
    const { code } = await transform(source, {
      swcrc: false,
      module: { type: 'es6' },
      jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true }, transform: options },
    });
    await this.write({ [`out/${name}`]: code });
  }

  /** Runs a program of Node to its end, or for as long as a test may take, and answers all that it said. */
  async run(...parameters: string[]): Promise<string> {
    const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', FORCE_COLOR: undefined };
    const child = spawn(process.execPath, parameters, { cwd: this.directory, env, timeout: 50_000 });
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    await once(child, 'close');
    return said;
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}
