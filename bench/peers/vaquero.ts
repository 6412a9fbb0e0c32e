// vaquero as its own documentation writes it: decorated classes, and `serve`. Built by `npm run build` in the folder above,
// whose tsyringe this must share; so tsyringe is no dependency of this package.
import 'reflect-metadata';
import { singleton } from 'tsyringe';
import {
  Bus,
  Connection,
  close,
  type HandlerClass,
  Info,
  OnBinary,
  OnInfo,
  OnInit,
  OnText,
  serve,
  text,
  WebSocketHandler,
} from '../../dist/index.js';
import { HOST, type Program } from './program.js';
import * as services from './services.js';

const TOPIC = 'ticks';

@singleton()
class Meter extends services.Meter {}

@singleton()
class Policy extends services.Policy {}

@singleton()
class Directory extends services.Directory {}

@WebSocketHandler('/')
class EchoHandler {
  @OnText()
  text(message: string) {
    return message;
  }

  @OnBinary()
  binary(payload: Buffer) {
    return payload;
  }
}

/** What an application's handler has: its connection, a service, state of its own. */
@WebSocketHandler('/')
class IdleHandler {
  private messages = 0;

  constructor(
    private readonly connection: Connection,
    private readonly policy: Policy,
  ) {}

  @OnText()
  text(message: string) {
    this.messages += 1;
    if (!this.policy.admits(message.length)) return this.connection.close(1008);
    return message;
  }
}

/** Named, so that it can travel to other nodes. */
@Info('tick')
class Tick {
  constructor(readonly text: string) {}
}

@WebSocketHandler('/subscribe')
class SubscriberHandler {
  @OnInit()
  subscribe(connection: Connection) {
    return connection.subscribe(TOPIC);
  }

  @OnInfo()
  tick(info: Tick) {
    return info.text;
  }
}

@WebSocketHandler('/publish')
class PublisherHandler {
  constructor(private readonly bus: Bus) {}

  @OnText()
  publish(message: string) {
    this.bus.publish(TOPIC, new Tick(message));
  }
}

@WebSocketHandler('/subscribe')
class FrameSubscriberHandler {
  @OnInit()
  subscribe(connection: Connection) {
    return connection.subscribe(TOPIC);
  }
}

@WebSocketHandler('/publish')
class FramePublisherHandler {
  constructor(private readonly bus: Bus) {}

  @OnText()
  publish(message: string) {
    this.bus.publish(TOPIC, text(message));
  }
}

@WebSocketHandler('/')
class InjectHandler {
  constructor(
    private readonly meter: Meter,
    private readonly policy: Policy,
  ) {}

  @OnText()
  echo(message: string) {
    if (!this.policy.admits(message.length)) return close(1008);
    this.meter.count(message.length);
    return message;
  }
}

@WebSocketHandler('/')
class AsyncHandler {
  constructor(private readonly directory: Directory) {}

  @OnText()
  async echo(message: string) {
    await this.directory.find(message.length);
    return message;
  }
}

export const HANDLERS: Record<Program, HandlerClass[]> = {
  echo: [EchoHandler],
  idle: [IdleHandler],
  fanout: [SubscriberHandler, PublisherHandler],
  'fanout-frames': [FrameSubscriberHandler, FramePublisherHandler],
  inject: [InjectHandler],
  async: [AsyncHandler],
};

export async function start(program: Program): Promise<number> {
  const server = await serve({ host: HOST, port: 0, handlers: HANDLERS[program] });
  return Number(new URL(server.url).port);
}
