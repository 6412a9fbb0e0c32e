import { readFile } from 'node:fs/promises';
import type { RequestListener, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy': "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/** What a path may be made of. No part of it starts with a dot, so that none leads out of the folder or to a hidden file. */
const SAFE = /^(\/[\w-]+(\.[\w-]+)*)+$/;

/** Serves the files of a folder. They are read for each request, so that a change shows at once. */
export function site(folder: string): RequestListener {
  return async ({ method, url = '/' }, response) => {
    if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'GET and HEAD only');
    const path = url.replace(/\?.*/, '');
    const name = path === '/' ? '/index.html' : path;
    const type = TYPES[extname(name)];
    if (type === undefined || !SAFE.test(name)) return refuse(response, 404, 'Not found');
    try {
      const body = await readFile(join(folder, name));
      response.writeHead(200, { ...HEADERS, 'content-type': type, 'content-length': body.length }).end(body);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return refuse(response, 404, 'Not found');
      console.error(error);
      refuse(response, 500, 'Something went wrong');
    }
  };
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}
