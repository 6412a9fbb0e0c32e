import 'reflect-metadata';
import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import { inject, injectable, singleton } from 'tsyringe';
import {
  type AttachOptions,
  attach,
  Connection,
  discover,
  type HandlerClass,
  Info,
  OnInfo,
  OnText,
  type ServeOptions,
  serve,
  WebSocketHandler,
} from 'vaquero';
import { start } from '../support/servers.js';
import { failure, mistake } from './mistake.js';

/** Mistakes that are found while modules are loaded, or when the server is to start. */

@WebSocketHandler('/echo')
class Echo {
  @OnText() echo(message: string) {
    return message;
  }
}

class Moved {}

/** Decorators as a build without type checks applies them. */
type Loose = (...given: unknown[]) => (...given: unknown[]) => unknown;

const serving = (handler: unknown) => () => failure(() => start([handler as HandlerClass]));

interface Clock {
  now(): number;
}

@WebSocketHandler('/interface')
class WantsInterface {
  constructor(readonly clock: Clock) {}
}

mistake('an interface as the type of what is injected', serving(WantsInterface));

class Untold {
  constructor(readonly echo: Echo) {}
}

@injectable()
class Told {
  constructor(readonly untold: Untold) {}
}

@WebSocketHandler('/untold')
class WantsUntold {
  constructor(readonly untold: Untold) {}
}

@WebSocketHandler('/told')
class WantsTold {
  constructor(
    readonly connection: Connection,
    readonly told: Told,
  ) {}
}

mistake('a service without @injectable()', serving(WantsUntold), serving(WantsTold));

@WebSocketHandler('/token')
class WantsToken {
  constructor(@inject('DATABASE_URL') readonly url: string) {}
}

@WebSocketHandler('/symbol')
class WantsSymbol {
  constructor(@inject(Symbol('DATABASE_URL')) readonly url: string) {}
}

mistake('a token that nobody registered', serving(WantsToken), serving(WantsSymbol));

@singleton()
class Recorder {
  constructor(readonly connection: Connection) {}
}

@WebSocketHandler('/recorder')
class WantsRecorder {
  constructor(readonly recorder: Recorder) {}
}

mistake('the connection in a singleton', serving(WantsRecorder));

@singleton()
@WebSocketHandler('/single')
class Single {}

mistake('a handler that is a singleton', serving(Single));

@WebSocketHandler('/twice')
class Twice {
  @OnText() greet() {
    return 'hello';
  }
  @OnText() echo(message: string) {
    return message;
  }
}

mistake('two @OnText in a class', serving(Twice));

@WebSocketHandler('/all-first')
class AllFirst {
  @OnInfo() all(_: unknown) {}
  @OnInfo() moved(_: Moved) {}
}

@WebSocketHandler('/same')
class Same {
  @OnInfo() one(_: Moved) {}
  @OnInfo(Moved) other() {}
}

mistake('an @OnInfo behind one that takes everything', serving(AllFirst), serving(Same));

const echo = [Echo.prototype, 'echo', Object.getOwnPropertyDescriptor(Echo.prototype, 'echo')];

mistake('a decorator without its parentheses', () => failure(() => (OnText as unknown as Loose)(...echo)));

test.each<[string, unknown, readonly unknown[]]>([
  [
    "@WebSocketHandler is on the function Echo without its parentheses. Write @WebSocketHandler('/path').",
    WebSocketHandler,
    [Echo],
  ],
  ['@OnInfo is on Echo.echo without its parentheses. Write @OnInfo(), or @OnInfo(SomeClass).', OnInfo, echo],
  ["@Info is on the function Moved without its parentheses. Write @Info('name.on.the.wire').", Info, [Moved]],
])('other decorators miss theirs too: %s', async (saying, decorator, given) => {
  expect((await failure(() => (decorator as Loose)(...given))).message).toBe(saying);
});

mistake('a decorator on an arrow function', () => failure(() => (OnText() as ReturnType<Loose>)(Echo.prototype, 'echo')));

@WebSocketHandler('/bare')
class Bare {
  echo(message: string) {
    return message;
  }
}

class Heir extends Echo {}
WebSocketHandler('/heir')(Heir);

mistake('a handler without a callback', async () => {
  const { log } = await start([Echo, Bare, Heir]);
  expect(log).toHaveLength(1);
  expect(log[0]).toContain("Bare ('/bare')");
  return log[0] as string;
});

mistake('a decorator that is given what it does not take', () => failure(() => (OnText as unknown as Loose)('message')));

mistake('@OnInfo of a class that a circular import left undefined', () => failure(() => (OnInfo as unknown as Loose)(undefined)));

mistake('two paths for one class', () =>
  failure(() => {
    @WebSocketHandler('/outer')
    @WebSocketHandler('/inner')
    class Paths {}
    return Paths;
  }),
);

@WebSocketHandler('/rooms/{id}')
class Braces {}

mistake('a path as other routers write it', serving(Braces));

@WebSocketHandler('rooms')
class NoSlash {}

mistake('a path without its slash', serving(NoSlash));

const fromOrigin = (origin: string) => {
  @WebSocketHandler('/echo', { origins: [origin] })
  class Listed {}
  return serving(Listed);
};

mistake('an origin with a path, or without its scheme', fromOrigin('https://a.example/'), fromOrigin('a.example'));

mistake('an instance in handlers', serving(new Echo()));

mistake('discover without await', () => failure(() => start(Promise.resolve([Echo]) as unknown as readonly HandlerClass[])));

mistake('discover without a folder', () => failure(() => (discover as () => Promise<unknown>)()));

mistake('the application of Express in place of its HTTP server', () => {
  const app = Object.assign(function app() {}, { on() {}, emit() {}, listen() {} });
  return failure(() => attach(app as never, { handlers: [Echo] }));
});

mistake('a port for attach', () =>
  failure(() => attach(createServer(), { port: 8080, host: 'localhost', handlers: [Echo] } as AttachOptions)),
);

mistake(
  'attaching twice to one HTTP server',
  async () => {
    const http = createServer();
    const first = await attach(http, { handlers: [Echo] });
    const error = await failure(() => attach(http, { handlers: [Echo] }));
    await first.close();
    await (await attach(http, { handlers: [Echo] })).close();
    return error;
  },
  // At once.
  async () => {
    const http = createServer();
    const [first, second] = await Promise.allSettled([attach(http, { handlers: [Echo] }), attach(http, { handlers: [Echo] })]);
    if (first.status === 'fulfilled') await first.value.close();
    if (second.status === 'fulfilled') throw new Error('both were attached');
    return second.reason;
  },
);

const onPort = (port: unknown) => () => failure(() => start([Echo], { port } as ServeOptions));

mistake('a port from the environment', onPort('8080'), onPort(Number(undefined)));

mistake('a port in use', async () => {
  const { url } = await start([Echo]);
  return failure(() => serve({ handlers: [Echo], port: Number(new URL(url).port) }));
});
