import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import type { Sample } from './sample.js';

/** Where the samples' pages are, seen from the source and from what is compiled of it alike. */
const SAMPLES = new URL('../../samples/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy': "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

interface File {
  readonly type: string;
  readonly body: Buffer;
}

/**
 * Serves the samples' pages: `/static/<sample>/<file>` is a file of its `page` folder, `/<sample>` and one level below are its `index.html`.
 * All files are read once, and only they can be asked for: no path of a request ever reaches the file system.
 */
export async function site(samples: readonly Sample[]): Promise<RequestListener> {
  const files = await readPages(['shared', ...samples.map((sample) => sample.name)]);
  const only = samples.length === 1 ? samples[0] : undefined;
  return (request, response) => {
    const path = pathOf(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') refuse(response, 405, 'GET and HEAD only\n');
    else if (path === '/' && only !== undefined) response.writeHead(302, { location: `/${only.name}` }).end();
    else answer(response, files.get(fileFor(path)));
  };
}

async function readPages(names: readonly string[]): Promise<Map<string, File>> {
  const files = new Map<string, File>();
  for (const name of names) {
    const folder = new URL(`${name}/page/`, SAMPLES);
    for (const file of await readdir(folder)) {
      const type = TYPES[extname(file)];
      if (type !== undefined) files.set(`/static/${name}/${file}`, { type, body: await readFile(new URL(file, folder)) });
    }
  }
  return files;
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

function fileFor(path: string): string {
  if (path === '/') return '/static/shared/index.html';
  const sample = /^\/([a-z]+)(\/[^/]*)?$/.exec(path)?.[1];
  return sample === undefined ? path : `/static/${sample}/index.html`;
}

function answer(response: ServerResponse, file: File | undefined): void {
  if (file === undefined) return refuse(response, 404, 'There is nothing here. Start at /\n');
  response.writeHead(200, { ...HEADERS, 'content-type': file.type, 'content-length': file.body.length }).end(file.body);
}

function refuse(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' }).end(body);
}
