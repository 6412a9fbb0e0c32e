import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { container, inject, injectable, singleton } from 'tsyringe';
import {
  Bus,
  Connection,
  type HandlerClass,
  OnInfo,
  OnInit,
  OnTerminate,
  OnText,
  type ServeOptions,
  VaqueroError,
  WebSocketHandler,
} from 'vaquero';
import { handshake, RawClient, request } from '../support/raw-client.js';
import { start } from '../support/servers.js';

/** A handler that cannot be made refuses its own upgrade, and nothing else. */

@WebSocketHandler('/well')
class Well {
  @OnText() echo(message: string) {
    return message;
  }
}

class Untold {
  constructor(readonly well: Well) {}
}

@WebSocketHandler('/untold')
class NeedsUntold {
  constructor(readonly untold: Untold) {}
}

@WebSocketHandler('/token')
class NeedsToken {
  constructor(
    readonly connection: Connection,
    @inject('no such token') readonly missing: unknown,
  ) {}
}

@injectable()
class NeedsBoth {
  constructor(
    readonly connection: Connection,
    @inject('no such token') readonly missing: unknown,
  ) {}
}

@WebSocketHandler('/scoped-token')
class NeedsScopedToken {
  constructor(readonly both: NeedsBoth) {}
}

@singleton()
class Recorder {
  constructor(readonly connection: Connection) {}
}

@injectable()
class Recording {
  constructor(readonly recorder: Recorder) {}
}

@WebSocketHandler('/captures')
class Captures {
  constructor(readonly recording: Recording) {}
}

@WebSocketHandler('/factory')
class NeedsFactory {
  constructor(
    readonly connection: Connection,
    @inject('factory') readonly made: unknown,
  ) {}
}

@injectable()
class NeedsMade {
  constructor(
    readonly connection: Connection,
    @inject('factory') readonly made: unknown,
  ) {}
}

@WebSocketHandler('/scoped-factory')
class NeedsScopedFactory {
  constructor(readonly made: NeedsMade) {}
}

@singleton()
class Broken {
  constructor() {
    throw new TypeError('broken service');
  }
}

@WebSocketHandler('/broken-service')
class NeedsBroken {
  constructor(readonly broken: Broken) {}
}

let terminated = 0;

@WebSocketHandler('/throws')
class Throws {
  constructor() {
    throw new RangeError('broken handler');
  }

  @OnTerminate() terminate() {
    terminated++;
  }
}

@injectable()
class Scoped {
  constructor(readonly connection: Connection) {}
}

@WebSocketHandler('/scoped-throws')
class ScopedThrows {
  constructor(readonly scoped: Scoped) {
    throw new RangeError('broken handler');
  }

  @OnTerminate() terminate() {
    terminated++;
  }
}

describe('a dependency that can never be made is refused at start-up', () => {
  test.each<[string, HandlerClass, string]>([
    [
      'a class that the container knows nothing of',
      NeedsUntold,
      'NeedsUntold: parameter 1 (Untold) of the constructor cannot be made: Untold takes parameters of which nothing is known. Decorate it with @injectable()',
    ],
    [
      'a token that is not registered',
      NeedsToken,
      'NeedsToken: parameter 2 (no such token) of the constructor is a token that is not registered. Register it before serve or attach',
    ],
    [
      'a token deep in what belongs to the connection',
      NeedsScopedToken,
      'NeedsScopedToken: NeedsBoth: parameter 2 (no such token) of the constructor is a token that is not registered',
    ],
    [
      'the connection in a singleton',
      Captures,
      'Captures: Recording: Recorder: parameter 1 (Connection) of the constructor would be that of the first connection for ever, because Recorder is a singleton',
    ],
  ])('%s', async (_, handler, saying) => {
    await expect(start([handler])).rejects.toMatchObject({
      code: 'VAQUERO_INVALID_HANDLER',
      message: expect.stringContaining(saying),
    });
  });

  test('but not an optional token, one that another stands for, or what another container has above it', async () => {
    @WebSocketHandler('/optional')
    class Optional {
      constructor(@inject('no such token', { isOptional: true }) readonly missing: unknown) {}
    }
    await start([Optional]);
    const parent = container.createChildContainer().register('real', { useValue: 1 });
    parent.register('no such token', { useToken: 'real' });
    await start([NeedsToken, NeedsScopedToken], { container: parent.createChildContainer() });
  });
});

describe('a dependency that cannot be made', () => {
  test.each<[string, HandlerClass, string, string]>([
    ['a factory that throws', NeedsFactory, '/factory', 'broken factory'],
    ['a factory deep in what belongs to the connection', NeedsScopedFactory, '/scoped-factory', 'broken factory'],
    ['a service whose constructor throws', NeedsBroken, '/broken-service', 'broken service'],
  ])('is answered 500 and reported once: %s', async (_, handler, path, saying) => {
    const own = container.createChildContainer().register('factory', {
      useFactory: () => {
        throw new TypeError('broken factory');
      },
    });
    const server = await start([handler, Well], { container: own });
    const other = await RawClient.open(server.url, '/well');

    const { status, body } = await request(server.url, handshake(path));
    expect(status).toBe(500);
    expect(body).not.toContain(saying);

    expect(server.errors).toHaveLength(1);
    const [{ error, context }] = server.errors as [(typeof server.errors)[number]];
    expect(VaqueroError.is(error, 'VAQUERO_INJECTION_FAILED')).toBe(true);
    expect(error.message).toContain(`Cannot make ${handler.name}`);
    expect(error.message).toContain(saying);
    expect(error.cause).toBeInstanceOf(Error);
    expect(context).toEqual({ stage: 'make', handler: handler.name, path });

    other.text('still here');
    expect(await other.nextText()).toBe('still here');
    expect((await request(server.url, handshake(path))).status).toBe(500);
    expect(server.errors).toHaveLength(2);
    expect(server.connections).toBe(1);
  });
});

describe('a handler whose constructor throws', () => {
  test.each<[string, HandlerClass, string]>([
    ['needing nothing', Throws, '/throws'],
    ['needing what belongs to the connection', ScopedThrows, '/scoped-throws'],
  ])('is answered 500 and reported once, and its @OnTerminate does not run: %s', async (_, handler, path) => {
    terminated = 0;
    const server = await start([handler, Well]);
    expect((await request(server.url, handshake(path))).status).toBe(500);
    expect(server.errors).toHaveLength(1);
    const [{ error, context }] = server.errors as [(typeof server.errors)[number]];
    const thrown = VaqueroError.is(error, 'VAQUERO_INJECTION_FAILED') ? error.cause : error;
    expect(thrown).toMatchObject({ name: 'RangeError', message: 'broken handler' });
    expect(context).toEqual({ stage: 'make', handler: handler.name, path });
    expect(terminated).toBe(0);
    expect(server.connections).toBe(0);
    expect(await (await RawClient.open(server.url, '/well')).close(1000)).toMatchObject({ code: 1000 });
  });
});

test('a handler that is registered as a singleton is refused at start-up', async () => {
  @singleton()
  @WebSocketHandler('/single')
  class Single {}
  await expect(start([Single])).rejects.toMatchObject({
    code: 'VAQUERO_INVALID_HANDLER',
    message: expect.stringContaining('Single: is registered as a singleton, but a handler is made for each connection. Remove'),
  });
});

describe('the bus', () => {
  @WebSocketHandler('/bus')
  class SaysBus {
    static bus: Bus | undefined;
    constructor(bus: Bus) {
      SaysBus.bus = bus;
    }

    @OnInit() init() {
      return 'ready';
    }
  }

  const busOf = async (options: Parameters<typeof start>[1]) => {
    const server = await start([SaysBus], options);
    expect(await (await RawClient.open(server.url, '/bus')).nextText()).toBe('ready');
    expect(server.bus).toBe(SaysBus.bus);
    return server.bus;
  };

  test('is a new one, registered in the container, where there is none', async () => {
    const own = container.createChildContainer();
    const bus = await busOf({ container: own });
    expect(own.resolve(Bus)).toBe(bus);
    expect(await busOf({ container: own })).toBe(bus);
  });

  test('is the one that is registered, in the container or above it', async () => {
    const registered = new Bus();
    const own = container.createChildContainer().registerInstance(Bus, registered);
    expect(await busOf({ container: own })).toBe(registered);
    expect(await busOf({ container: own.createChildContainer() })).toBe(registered);
    expect(await busOf({ container: own, bus: registered })).toBe(registered);
  });

  test('is the one that a service got which was made before the server', async () => {
    @singleton()
    class Early {
      constructor(readonly bus: Bus) {}
    }
    const own = container.createChildContainer();
    const { bus } = own.resolve(Early);
    await expect(start([SaysBus], { container: own, bus: new Bus() })).rejects.toMatchObject({
      code: 'VAQUERO_BUS_CONFLICT',
      message: expect.stringContaining('Register the bus before the first service is made: container.registerInstance(Bus, bus)'),
    });
    expect(await busOf({ container: own })).toBe(bus);
  });

  test('is the one that is given, which is registered where there is none', async () => {
    const given = new Bus();
    const own = container.createChildContainer();
    expect(await busOf({ container: own, bus: given })).toBe(given);
    expect(own.resolve(Bus)).toBe(given);
  });

  test('is that of a singleton, unless the container has one of its own', async () => {
    @singleton()
    class Market {
      constructor(readonly bus: Bus) {}
    }
    @WebSocketHandler('/market')
    class SaysMarket {
      constructor(readonly market: Market) {}
      @OnInit() init({ ref }: Connection) {
        this.market.bus.send(ref, 'open');
      }
      @OnInfo() told(info: string) {
        return info;
      }
    }
    const hear = async (options: Partial<ServeOptions>) => {
      const { url } = await start([SaysMarket], options);
      return (await RawClient.open(url, '/market')).nextText();
    };
    const bus = new Bus();
    expect(await hear({ bus })).toBe('open');
    expect(await hear({ bus })).toBe('open');
    await expect(start([SaysMarket], { bus: new Bus() })).rejects.toMatchObject({
      code: 'VAQUERO_BUS_CONFLICT',
      message: expect.stringContaining('own.registerSingleton(Market)'),
    });
    const own = container.createChildContainer();
    own.registerSingleton(Market);
    expect(await hear({ bus: new Bus(), container: own })).toBe('open');
  });

  test('is that of a singleton, too, that was made by hand for another server', async () => {
    @singleton()
    class Market {
      constructor(readonly bus: Bus) {}
    }
    @WebSocketHandler('/market')
    class NeedsMarket {
      constructor(readonly market: Market) {}
    }
    const own = container.createChildContainer();
    const first = await start([SaysBus], { container: own });
    expect(own.resolve(Market).bus).toBe(first.bus);
    await expect(start([NeedsMarket], { container: own.createChildContainer(), bus: new Bus() })).rejects.toMatchObject({
      code: 'VAQUERO_BUS_CONFLICT',
      message: expect.stringContaining('Market is a singleton that was made for a server or a mount with another bus'),
    });
    await start([NeedsMarket], { container: own.createChildContainer(), bus: first.bus });
  });
});
