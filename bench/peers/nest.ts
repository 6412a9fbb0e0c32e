// A NestJS gateway on @nestjs/platform-ws as its documentation writes it: `@SubscribeMessage` handlers that return
// `{ event, data }`, which the adapter speaks as JSON text. The adapter has no binary messages; for those the documented
// `messageParser` hands the buffer to a handler of its own, which sends with the client it is given.
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Injectable, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  type WsResponse,
} from '@nestjs/websockets';
import { type WebSocketServer as Server, WebSocket } from 'ws';
import { keepAlive } from './heartbeat.js';
import { HOST, type Program } from './program.js';
import * as services from './services.js';

@Injectable()
class Meter extends services.Meter {}

@Injectable()
class Policy extends services.Policy {}

@Injectable()
class Directory extends services.Directory {}

@WebSocketGateway()
class EchoGateway {
  @SubscribeMessage('echo')
  echo(@MessageBody() data: string): WsResponse<string> {
    return { event: 'echo', data };
  }

  @SubscribeMessage('binary')
  binary(@ConnectedSocket() client: WebSocket, @MessageBody() data: Buffer): void {
    client.send(data);
  }
}

@WebSocketGateway()
class IdleGateway extends EchoGateway implements OnGatewayInit<Server> {
  afterInit(server: Server): void {
    keepAlive(server);
  }
}

@WebSocketGateway()
class FanoutGateway {
  @WebSocketServer()
  private readonly server!: Server;

  @SubscribeMessage('echo')
  broadcast(@ConnectedSocket() sender: WebSocket, @MessageBody() data: string): void {
    const message = JSON.stringify({ event: 'echo', data });
    for (const client of this.server.clients) {
      if (client !== sender && client.readyState === WebSocket.OPEN) client.send(message);
    }
  }
}

@WebSocketGateway()
class InjectGateway {
  constructor(
    private readonly meter: Meter,
    private readonly policy: Policy,
  ) {}

  @SubscribeMessage('echo')
  echo(@ConnectedSocket() client: WebSocket, @MessageBody() data: string): WsResponse<string> | undefined {
    if (!this.policy.admits(data.length)) {
      client.close(1008);
      return;
    }
    this.meter.count(data.length);
    return { event: 'echo', data };
  }
}

@WebSocketGateway()
class AsyncGateway {
  constructor(private readonly directory: Directory) {}

  @SubscribeMessage('echo')
  async echo(@MessageBody() data: string): Promise<WsResponse<string>> {
    await this.directory.find(data.length);
    return { event: 'echo', data };
  }
}

const GATEWAYS: Record<Exclude<Program, 'fanout-frames'>, Type> = {
  echo: EchoGateway,
  idle: IdleGateway,
  fanout: FanoutGateway,
  inject: InjectGateway,
  async: AsyncGateway,
};

const JSON_BRACE = '{'.charCodeAt(0);

// The adapter does not pass on whether a frame was binary; every text message of this protocol begins with a brace.
function parse(data: Buffer): { event: string; data: unknown } {
  return data[0] === JSON_BRACE ? JSON.parse(data.toString()) : { event: 'binary', data };
}

export async function start(program: keyof typeof GATEWAYS): Promise<number> {
  @Module({ providers: [GATEWAYS[program], Meter, Policy, Directory] })
  class AppModule {}

  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  const adapter = new WsAdapter(app);
  if (program === 'echo') adapter.setMessageParser((data) => parse(data as Buffer));
  app.useWebSocketAdapter(adapter);
  await app.listen(0, HOST);
  return (app.getHttpServer().address() as AddressInfo).port;
}
