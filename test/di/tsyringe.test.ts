import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { container, delay, inject, injectAll, injectable, injectWithTransform, registry, singleton } from 'tsyringe';
import { Bus, Connection, OnInfo, OnInit, OnText, serve, UpgradeRequest, WebSocketHandler } from 'vaquero';
import { RawClient } from '../support/raw-client.js';
import { start } from '../support/servers.js';

/** What handlers are given by the container. */

/** What a handler at this path says first. */
async function first(url: string, path: string): Promise<string> {
  const client = await RawClient.open(url, path);
  return client.nextText();
}

/** Counts the instances of each class. */
const made = new Map<string, number>();
function count(of: object): number {
  const number = (made.get(of.constructor.name) ?? 0) + 1;
  made.set(of.constructor.name, number);
  return number;
}

@singleton()
class Shared {
  readonly number = count(this);
}

@injectable()
class Fresh {
  readonly number = count(this);
  constructor(readonly shared: Shared) {}
}

describe('a handler', () => {
  @WebSocketHandler('/services')
  class WithServices {
    readonly number = count(this);
    #messages = 0;

    constructor(
      private readonly fresh: Fresh,
      private readonly shared: Shared,
    ) {}

    @OnInit() init() {
      return `handler ${this.number}, fresh ${this.fresh.number}, shared ${this.shared.number} ${this.shared === this.fresh.shared}`;
    }

    @OnText() text() {
      return String(++this.#messages);
    }
  }

  test('is made for each connection, with services that are shared or made anew', async () => {
    const { url } = await start([WithServices]);
    expect(await first(url, '/services')).toBe('handler 1, fresh 1, shared 1 true');
    expect(await first(url, '/services')).toBe('handler 2, fresh 2, shared 1 true');
  });

  test('keeps its state to its own connection', async () => {
    const { url } = await start([WithServices]);
    const [one, other] = [await RawClient.open(url, '/services'), await RawClient.open(url, '/services')];
    for (const client of [one, other]) await client.next();
    one.text('x');
    one.text('x');
    other.text('x');
    expect([await one.nextText(), await one.nextText(), await other.nextText()]).toEqual(['1', '2', '1']);
  });
});

describe('the connection, its request and the bus', () => {
  test('are given to the handler', async () => {
    @WebSocketHandler('/given/:id')
    class Given {
      constructor(
        private readonly connection: Connection<{ id: string }>,
        private readonly request: UpgradeRequest,
        private readonly bus: Bus,
      ) {}

      @OnInit() init(connection: Connection) {
        this.bus.send(this.connection.ref, 'by the bus');
        return `${this.connection === (connection as unknown)} ${this.connection.params.id} ${this.request.headers['x-who']}`;
      }

      @OnInfo() info(info: string) {
        return info;
      }
    }
    const { url } = await start([Given]);
    const client = await RawClient.open(url, '/given/7', { headers: { 'x-who': 'ann' } });
    expect(await client.nextText()).toBe('true 7 ann');
    expect(await client.nextText()).toBe('by the bus');
  });

  test('are given to what the handler needs, however deep, and are those of its own connection', async () => {
    @injectable()
    class Deep {
      constructor(
        readonly connection: Connection,
        readonly request: UpgradeRequest,
        readonly bus: Bus,
        readonly shared: Shared,
      ) {}
    }
    @injectable()
    class Middle {
      constructor(readonly deep: Deep) {}
    }
    @WebSocketHandler('/deep/:id')
    class Handler {
      constructor(
        private readonly middle: Middle,
        private readonly bus: Bus,
        private readonly shared: Shared,
      ) {}

      @OnInit() init(connection: Connection) {
        const { deep } = this.middle;
        return `${deep.connection === connection} ${deep.bus === this.bus} ${deep.shared === this.shared} ${deep.request.params.id}`;
      }
    }
    const { url } = await start([Handler]);
    expect(await first(url, '/deep/1')).toBe('true true true 1');
    expect(await first(url, '/deep/2')).toBe('true true true 2');
  });
});

describe('tokens', () => {
  const GREETING = Symbol('greeting');
  const NAME = 'name';

  interface Greeting {
    greet(name: string): string;
  }

  @registry([
    { token: GREETING, useValue: { greet: (name: string) => `hello ${name}` } satisfies Greeting },
    { token: NAME, useValue: 'ann' },
    { token: 'part', useValue: 'one' },
    { token: 'part', useValue: 'two' },
    { token: 'alias', useToken: Shared },
  ])
  @WebSocketHandler('/tokens')
  class WithTokens {
    constructor(
      @inject(GREETING) private readonly greeting: Greeting,
      @inject(NAME) private readonly name: string,
      @injectAll('part') private readonly parts: readonly string[],
      @inject('alias') private readonly alias: Shared,
      private readonly shared: Shared,
      @inject('missing', { isOptional: true }) private readonly missing?: Greeting,
    ) {}

    @OnInit() init() {
      return `${this.greeting.greet(this.name)}, ${this.parts.join(' ')}, ${this.alias === this.shared}, ${this.missing}`;
    }
  }

  test('name values, lists, other tokens, and what need not be there', async () => {
    expect(await first((await start([WithTokens])).url, '/tokens')).toBe('hello ann, one two, true, undefined');
  });

  test('may stand for what belongs to the connection, beside factories and lists', async () => {
    interface Session {
      readonly path: string;
    }
    @injectable()
    class RequestSession implements Session {
      readonly path: string;
      constructor(request: UpgradeRequest) {
        this.path = request.path;
      }
    }
    @WebSocketHandler('/session')
    class WithSession {
      constructor(
        @inject('Session') private readonly session: Session,
        @inject('suffix') private readonly suffix: string,
        @injectAll('part') private readonly parts: readonly string[],
        @inject('missing', { isOptional: true }) private readonly missing?: Session,
      ) {}

      @OnInit() init() {
        return `${this.session.path}${this.suffix}, ${this.parts.join(' ')}, ${this.missing}`;
      }
    }
    const own = container.createChildContainer();
    own.register('Session', { useClass: RequestSession }).register('suffix', { useFactory: () => '!' });
    expect(await first((await start([WithSession], { container: own })).url, '/session')).toBe('/session!, one two, undefined');
  });

  test('may be delayed or transformed', async () => {
    class Upper {
      transform(shared: Shared, suffix: string): string {
        return shared.constructor.name.toUpperCase() + suffix;
      }
    }
    @WebSocketHandler('/lazy')
    class Lazy {
      constructor(
        @inject(delay(() => Later)) private readonly later: { readonly shared: Shared },
        private readonly shared: Shared,
        @injectWithTransform(Shared, Upper, '!') private readonly loud: string,
      ) {}

      @OnInit() init() {
        return `${this.later.shared === this.shared} ${this.loud}`;
      }
    }
    @injectable()
    class Later {
      constructor(readonly shared: Shared) {}
    }
    expect(await first((await start([Lazy])).url, '/lazy')).toBe('true SHARED!');
  });
});

describe('the container', () => {
  class Named {
    constructor(readonly name: string) {}
  }
  @WebSocketHandler('/named')
  class SaysName {
    constructor(private readonly named: Named) {}

    @OnInit() init() {
      return this.named.name;
    }
  }

  test("is the user's own, each server's for itself", async () => {
    const containers = ['one', 'other'].map((name) => container.createChildContainer().registerInstance(Named, new Named(name)));
    const servers = await Promise.all(containers.map((own) => start([SaysName], { container: own })));
    expect(await Promise.all(servers.map(({ url }) => first(url, '/named')))).toEqual(['one', 'other']);
  });

  test('is the global one by default', async () => {
    container.registerInstance(Named, new Named('global'));
    const server = await serve({ handlers: [SaysName] });
    try {
      expect(await first(server.url, '/named')).toBe('global');
      expect(container.resolve(Bus)).toBe(server.bus);
    } finally {
      await server.close({ timeout: 0 });
    }
  });
});
