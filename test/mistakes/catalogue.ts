import type { VaqueroErrorCode } from 'vaquero';

/**
 * The mistakes that somebody new is likeliest to make. They were chosen by the way that a newcomer takes: set up a compiler and a test
 * runner that decorators work with; write a handler; have something injected; list the handler and start the server; connect to it from a
 * page; send and publish. At each step the list has what TypeScript lets pass, or what a build without type checks does. What it does not
 * let pass, such as a server that is not awaited, is not here.
 */

/** What is said of a mistake: once, by an error or by a line of the log. */
export interface Saying {
  /** The code of the error; where others say it, who: the log's level, or the tool that throws. */
  readonly by: VaqueroErrorCode | 'warning' | 'tsyringe' | 'jest' | 'vitest';
  /** What is wrong; the page on troubleshooting has it word for word. */
  readonly says: string;
  /** What to do. */
  readonly advises: string;
}

const TYPES = 'The compiler emitted no types for the parameters of ';
const FLAGS = 'Set "experimentalDecorators" and "emitDecoratorMetadata" to true in tsconfig.json';
const SWC_FLAGS = 'for swc or @swc/jest "legacyDecorator" and "decoratorMetadata" to true under "jsc.transform"';

export const MISTAKES = {
  'tsc without "experimentalDecorators"': {
    by: 'VAQUERO_STANDARD_DECORATORS',
    says: 'was compiled as a standard decorator (TC39)',
    advises: FLAGS,
  },
  'swc with standard decorators': {
    by: 'VAQUERO_STANDARD_DECORATORS',
    says: 'was compiled as a standard decorator (TC39)',
    advises: SWC_FLAGS,
  },
  'tsc without "emitDecoratorMetadata"': { by: 'VAQUERO_INVALID_HANDLER', says: TYPES.trim(), advises: FLAGS },
  'swc, or esbuild, without metadata': { by: 'VAQUERO_INVALID_HANDLER', says: TYPES.trim(), advises: SWC_FLAGS },
  '@swc/jest without "decoratorMetadata"': { by: 'VAQUERO_INVALID_HANDLER', says: TYPES.trim(), advises: SWC_FLAGS },
  'jest that does not transform ES modules': {
    by: 'jest',
    says: 'Must use import to load ES Module',
    advises: 'transformIgnorePatterns',
  },
  'vitest, and decorators in a test outside "include"': {
    by: 'vitest',
    says: 'SyntaxError: Invalid or unexpected token',
    // It says no more.
    advises: '',
  },
  'tsyringe before "reflect-metadata"': {
    by: 'tsyringe',
    says: 'tsyringe requires a reflect polyfill.',
    advises: `Please add 'import "reflect-metadata"' to the top of your entry point.`,
  },
  'two copies of tsyringe': {
    by: 'VAQUERO_INVALID_HANDLER',
    says: 'Two copies of tsyringe are loaded',
    advises: 'Have one: `npm ls tsyringe` shows where they come from',
  },
  'a container of another copy of tsyringe': {
    by: 'VAQUERO_INVALID_OPTION',
    says: 'option container must be a container of tsyringe, got an instance of InternalDependencyContainer',
    advises: '`npm ls tsyringe` shows where they come from',
  },
  'two copies of vaquero': {
    by: 'VAQUERO_INVALID_HANDLER',
    says: 'Two copies of vaquero are loaded',
    advises: 'Have one: `npm ls vaquero` shows where they come from',
  },
  'a bus of another copy of vaquero': {
    by: 'VAQUERO_INVALID_OPTION',
    says: 'option bus must be a Bus, got an instance of Bus',
    advises: '`npm ls vaquero` shows where they come from',
  },
  '"import type" of an injected class': {
    by: 'VAQUERO_INVALID_HANDLER',
    says: 'has a type that is no class at run time: a function, or a class behind "import type"',
    advises: 'Inject a class, imported as a value',
  },
  'an interface as the type of what is injected': {
    by: 'VAQUERO_INVALID_HANDLER',
    says: 'has a type that is no class at run time: an interface, a type alias or a union',
    advises: 'or name a token: @inject(TOKEN)',
  },
  'a service without @injectable()': {
    by: 'VAQUERO_INVALID_HANDLER',
    says: 'takes parameters of which nothing is known',
    advises: 'Decorate it with @injectable() or @singleton()',
  },
  'a token that nobody registered': {
    by: 'VAQUERO_INVALID_HANDLER',
    says: 'is a token that is not registered',
    advises: 'Register it before serve or attach, in their container: container.register(TOKEN, { useValue: … })',
  },
  'the connection in a singleton': {
    by: 'VAQUERO_INVALID_HANDLER',
    says: 'would be that of the first connection for ever',
    advises: 'such as connection.ref, or make Recorder @injectable()',
  },
  'a handler that is a singleton': {
    by: 'VAQUERO_INVALID_HANDLER',
    says: 'is registered as a singleton, but a handler is made for each connection',
    advises: 'Remove @singleton(), and keep what is shared in a service',
  },
  'two @OnText in a class': {
    by: 'VAQUERO_INVALID_HANDLER',
    says: 'a second @OnText beside',
    advises: 'a class may have one, so put both into one method',
  },
  'an @OnInfo behind one that takes everything': {
    by: 'VAQUERO_INVALID_HANDLER',
    says: 'its @OnInfo never runs',
    advises: 'put the one that takes less first',
  },
  'a decorator without its parentheses': {
    by: 'VAQUERO_INVALID_DECORATOR',
    says: 'without its parentheses',
    advises: 'Write @OnText().',
  },
  'a decorator on an arrow function': {
    by: 'VAQUERO_INVALID_DECORATOR',
    says: '@OnText must be on a method of instances',
    advises: 'Write a method: echo(…) { … }.',
  },
  'a handler without a callback': {
    by: 'warning',
    says: 'has no callback at all',
    advises: 'Decorate its methods, with @OnText() or @OnInit() for example.',
  },
  'a decorator that is given what it does not take': {
    by: 'VAQUERO_INVALID_DECORATOR',
    says: '@OnText takes nothing, got',
    advises: 'Write @OnText().',
  },
  '@OnInfo of a class that a circular import left undefined': {
    by: 'VAQUERO_INVALID_DECORATOR',
    says: '@OnInfo was given undefined',
    advises: 'write the class in a module that imports neither the handler nor what imports it',
  },
  'two paths for one class': {
    by: 'VAQUERO_INVALID_DECORATOR',
    says: 'a class has one path',
    advises: "@WebSocketHandler('/outer') class Other extends Paths {}",
  },
  'a path as other routers write it': {
    by: 'VAQUERO_INVALID_HANDLER',
    says: 'nothing is a parameter',
    advises: "write '/:id' for '/{id}'",
  },
  'a path without its slash': {
    by: 'VAQUERO_INVALID_HANDLER',
    says: "the path must be a string that starts with '/'",
    advises: "write '/rooms'",
  },
  'an instance in handlers': {
    by: 'VAQUERO_INVALID_HANDLER',
    says: "handlers must be classes decorated with @WebSocketHandler('/path'), got an instance of",
    advises: 'list the class Echo itself',
  },
  'discover without await': {
    by: 'VAQUERO_INVALID_OPTION',
    says: "option handlers must be a list of classes, or await discover('dir')",
    advises: 'this is a promise, so await it',
  },
  'discover without a folder': {
    by: 'VAQUERO_DISCOVER_FAILED',
    says: 'discover() takes a folder, as a path or a file: URL',
    advises: "discover(new URL('./handlers', import.meta.url))",
  },
  'discover of TypeScript sources': {
    by: 'VAQUERO_DISCOVER_FAILED',
    says: 'Node runs no TypeScript with decorators',
    advises: "give discover the folder that is built, such as join(import.meta.dirname, 'handlers')",
  },
  'the application of Express in place of its HTTP server': {
    by: 'VAQUERO_INVALID_OPTION',
    says: 'attach() takes the HTTP server, got the function app',
    advises: 'Of Express it is what app.listen() or createServer(app) answers',
  },
  'a port for attach': {
    by: 'VAQUERO_INVALID_OPTION',
    says: 'option port is for serve(), which has an HTTP server of its own',
    advises: 'createServer({ maxHeaderSize }).listen(port, host)',
  },
  'attaching twice to one HTTP server': {
    by: 'VAQUERO_DUPLICATE_PATH',
    says: 'match the same paths, and this HTTP server was attached to before',
    advises: 'Attach once, with all handlers, or await the close() of what was attached before.',
  },
  'a port from the environment': {
    by: 'VAQUERO_INVALID_OPTION',
    says: 'option port must be an integer from 0 to 65535',
    advises: 'Number(process.env.PORT ?? 8080)',
  },
  'a port in use': {
    by: 'VAQUERO_LISTEN_FAILED',
    says: 'EADDRINUSE',
    advises: 'Stop what listens there, or choose another port; 0 finds a free one.',
  },
  'a bus whose client is not installed': {
    by: 'VAQUERO_BUS_CLIENT_MISSING',
    says: 'which is not installed',
    advises: 'Run: npm install',
  },
  'a class that is not in handlers': {
    by: 'warning',
    says: 'is decorated with',
    advises: 'but not served: add it to handlers.',
  },
  'a path that the client misspells': {
    by: 'warning',
    says: 'No handler serves',
    advises: "There are '/echo' (Echo).",
  },
  'a page of another origin': {
    by: 'warning',
    says: 'refused a page of the origin',
    advises: "list its origin: @WebSocketHandler('/path', { origins: ['https://its.origin'] })",
  },
  'an origin with a path, or without its scheme': {
    by: 'VAQUERO_INVALID_HANDLER',
    says: 'a list of origins as browsers send them',
    advises: "(write 'https://a.example' for '",
  },
  'no sub-protocol in common': {
    by: 'warning',
    says: 'has no sub-protocol in common with a client',
    advises: "List what the handler speaks: @WebSocketHandler('/path', { subprotocols: ['name'] })",
  },
  'true or false from @OnUpgrade': {
    by: 'VAQUERO_INVALID_UPGRADE_ANSWER',
    says: '@OnUpgrade answers nothing or accept(…) to go on, reject(status, …) to refuse',
    advises: 'for true write accept(), for false reject(403)',
  },
  'a text as the second parameter of reject': {
    by: 'VAQUERO_INVALID_UPGRADE_ANSWER',
    says: 'options must be an object, got the string',
    advises: 'A text is one of its options: body, headers.',
  },
  'a Headers for the response': {
    by: 'VAQUERO_INVALID_UPGRADE_ANSWER',
    says: 'Headers are an object of strings',
    advises: 'Of a Headers or a Map: Object.fromEntries(headers).',
  },
  'sending in the constructor or in @OnUpgrade': {
    by: 'VAQUERO_NOT_OPEN',
    says: 'nothing can be sent before the upgrade is complete',
    advises: 'Send from @OnInit on.',
  },
  'a plain object as reply': {
    by: 'VAQUERO_INVALID_REPLY',
    says: 'which is no reply',
    advises: 'return json(object)',
  },
  'a plain object published in place of an instance': {
    by: 'warning',
    says: 'its @OnInfo goes by class',
    advises: 'Send an instance, new Moved(…)',
  },
  'a frame that never comes': {
    by: 'VAQUERO_WAIT_TIMEOUT',
    says: 'the next frame did not come in',
    advises: 'Frames received: 1 (text "welcome"). The connection is open. Counters above 0: none; of the bus: none.',
  },
  'a string published in place of a frame': {
    by: 'warning',
    says: 'it has no @OnInfo',
    advises: "Publish text('…') to send it to clients as a frame",
  },
  'an info with a mistyped tag': {
    by: 'warning',
    says: 'its @OnInfo goes by type',
    advises: "('moved'). Correct the type, or write an @OnInfo for it",
  },
} as const satisfies Readonly<Record<string, Saying>>;

export type Mistake = keyof typeof MISTAKES;
