import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mistake } from './mistake.js';
import { Project } from './project.js';

/** Mistakes about the tools, made with the tools: each builds a project and runs it, in processes of their own, with the built package. */

let project: Project;

beforeAll(async () => {
  project = await Project.create();
  for (const name of ['tsyringe', 'vaquero'] as const) await project.copy(name, `beside-${name}`);
});

afterAll(() => project?.remove());

const HANDLER = `import { Connection, OnInfo, OnText, Timeout, WebSocketHandler, serve } from 'vaquero';

@WebSocketHandler('/hello')
class HelloHandler {
  constructor(private readonly connection: Connection) {}

  @OnText() echo(message: string) {
    return message;
  }

  @OnInfo() tick(timeout: Timeout<string>) {
    return timeout.message;
  }
}
`;

const HELLO = `${HANDLER}
const server = await serve({ handlers: [HelloHandler] });
console.log('listening', server.url);
await server.close();
`;

/** There is no method whose decorator is called before that of the class. */
const CLASS_ONLY = HELLO.replace(/@On\w+\(\)/g, '');

type Options = Readonly<Record<string, unknown>>;

/** The settings that docs/troubleshooting.md advises, for tsc, swc and jest. */
const page = readFileSync(join(__dirname, '../../docs/troubleshooting.md'), 'utf8');
const [TSCONFIG, SWCRC, JEST] = [...page.matchAll(/^```json\n([\s\S]+?)^```$/gm)].map(([, json]) => JSON.parse(json as string));
const LEGACY: Options = TSCONFIG.compilerOptions;
const SWC_LEGACY: Options = SWCRC.jsc.transform;

const tsc = (options: Options, source: string) => async () => {
  await project.tsc(options, { 'main.ts': source });
  return project.run('out/main.js');
};

const swc = (options: Options, source: string) => async () => {
  await project.swc(options, 'main.js', source);
  return project.run('out/main.js');
};

test('there is no mistake in the program itself', async () => {
  expect(await tsc(LEGACY, HELLO)()).toMatch(/^listening/);
  expect(await swc(SWC_LEGACY, HELLO)()).toMatch(/^listening/);
});

mistake('tsc without "experimentalDecorators"', tsc({}, HELLO), tsc({}, CLASS_ONLY));

const STANDARD = { decoratorVersion: '2022-03' };
mistake('swc with standard decorators', swc(STANDARD, HELLO), swc(STANDARD, CLASS_ONLY));

mistake('tsc without "emitDecoratorMetadata"', async () => {
  const said = await tsc({ experimentalDecorators: true }, HELLO)();
  expect(said).toContain('the parameters of HelloHandler.tick, HelloHandler.constructor. Set');
  return said;
});

mistake('swc, or esbuild, without metadata', swc({ legacyDecorator: true }, HELLO), swc({}, HELLO));

const HELLO_TEST = `${HANDLER}
test('starts', async () => {
  const server = await serve({ handlers: [HelloHandler] }).catch((error) => {
    console.error(error);
    throw error;
  });
  await server.close();
});
`;

/** Runs the test with jest and @swc/jest, with these options of `jsc.transform`; what jest is told beside that goes over what the page says. */
const testRun =
  (transform: Options, more: Options = {}) =>
  async () => {
    await project.write({
      'hello.test.ts': HELLO_TEST,
      '.swcrc': JSON.stringify({ jsc: { ...SWCRC.jsc, transform } }),
      'jest.config.json': JSON.stringify({ ...JEST, testMatch: ['**/hello.test.ts'], ...more }),
    });
    return project.run('node_modules/jest/bin/jest.js', '--config', 'jest.config.json');
  };

test('there is no mistake in the test of the program', async () => {
  expect(await testRun(SWC_LEGACY)()).toContain('1 passed');
});

mistake('@swc/jest without "decoratorMetadata"', testRun({ legacyDecorator: true }));

mistake('jest that does not transform ES modules', testRun(SWC_LEGACY, { transformIgnorePatterns: ['/node_modules/'] }));

mistake(
  'tsyringe before "reflect-metadata"',
  swc(SWC_LEGACY, `import { singleton } from 'tsyringe';\nimport { serve } from 'vaquero';\nconsole.log(singleton, serve);\n`),
);

test('nothing need be imported before vaquero', async () => {
  const source = `import { serve } from 'vaquero';\nimport { singleton } from 'tsyringe';\nconsole.log(singleton.name, serve.name);\n`;
  expect(await swc(SWC_LEGACY, source)()).toBe('singleton serve\n');
});

mistake('"import type" of an injected class', async () => {
  await project.tsc(LEGACY, {
    'main.ts': HELLO.replace('import {', "import type { Clock } from './clock.js';\nimport {").replace(': Connection', ': Clock'),
    'clock.ts': 'export class Clock {}\n',
  });
  return project.run('out/main.js');
});

/** Runs a program in a folder that has another copy of a package. */
const beside = (name: 'tsyringe' | 'vaquero', source: string) => async () => {
  await project.swc(SWC_LEGACY, `../beside-${name}/main.js`, source);
  return project.run(`beside-${name}/main.js`);
};

/** A program whose handler takes a service. */
const serviceOf = (service: string, token = 'News', options = '') => `
import 'reflect-metadata';
import { container, inject, injectable, singleton } from 'tsyringe';
import { Bus, OnText, WebSocketHandler, serve } from 'vaquero';

${service}

@WebSocketHandler('/news')
class NewsHandler {
  constructor(@inject(${token}) private readonly news: unknown) {}
  @OnText() tell() {}
}

const server = await serve({ handlers: [NewsHandler], ${options} });
console.log('listening');
await server.close();
`;

mistake(
  'two copies of tsyringe',
  beside('tsyringe', serviceOf('@singleton() class News {}')),
  beside('tsyringe', serviceOf('@singleton() class News { constructor(private readonly bus: Bus) {} }')),
  beside('tsyringe', serviceOf('@injectable() class News { constructor(private readonly bus: Bus) {} }')),
  beside('tsyringe', serviceOf("container.register('NEWS', { useValue: 1 });", "'NEWS'")),
  beside(
    'tsyringe',
    serviceOf('@singleton() class Wire {} @singleton() class News { constructor(private readonly wire: Wire) {} }'),
  ),
);

test('another copy of tsyringe may be used by others', async () => {
  const source = serviceOf(
    'class News {}\n@singleton() class Theirs {}\nconsole.log(container.resolve(Theirs) === container.resolve(Theirs));',
  );
  expect(await beside('tsyringe', source)()).toBe('true\nlistening\n');
});

mistake('a container of another copy of tsyringe', beside('tsyringe', serviceOf('class News {}', 'News', 'container')));

/** A program that uses two copies of vaquero, `own` and `vaquero`. */
const mixed = (source: string) =>
  beside('vaquero', `import * as own from 'vaquero';\nimport * as main from '../node_modules/vaquero/dist/index.js';\n${source}`);

mistake(
  'two copies of vaquero',
  mixed(`
    @own.WebSocketHandler('/echo') class Echo { @own.OnText() echo(message: string) { return message; } }
    await (await main.serve({ handlers: [Echo] })).close();
  `),
  mixed(`
    @main.WebSocketHandler('/echo') class Echo { constructor(connection: own.Connection) {} }
    await (await main.serve({ handlers: [Echo] })).close();
  `),
  mixed(`
    import { singleton } from 'tsyringe';
    @singleton() class News { constructor(bus: own.Bus) {} }
    @main.WebSocketHandler('/echo') class Echo { constructor(news: News) {} }
    await (await main.serve({ handlers: [Echo] })).close();
  `),
);

mistake('a bus of another copy of vaquero', mixed('await (await main.serve({ handlers: [], bus: new own.Bus() })).close();'));

mistake('discover of TypeScript sources', async () => {
  await project.write({ 'src/hello.ts': HANDLER });
  const source = "import { discover, serve } from 'vaquero';\nawait serve({ handlers: await discover('src') });\n";
  return swc(SWC_LEGACY, source)();
});
