import { Controller, Get, Module, Res } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import type { FastifyReply } from 'fastify';

import { ConfigError } from '../config/config-error.js';
import { HealthModule } from '../health/health.module.js';
import { endOnShutdown } from '../http/drain.js';
import { createServiceApp } from '../http/service-app.js';
import { createJsonLogger } from '../log/json-logger.js';
import { CollectingSink } from '../testing/collecting-sink.js';
import { exchangeRaw, openSocket } from '../testing/raw-http.js';

import type { ProcessPort } from './process-port.js';
import { runService, type RunServiceOptions, type ServiceRun } from './run-service.js';

/** A process that records its end instead of ending. */
class FakeProcess implements ProcessPort {
  readonly errors: string[] = [];
  readonly exitCodes: number[] = [];
  readonly exited: Promise<number>;
  private readonly signals = new Map<string, () => void>();
  private onExit: (code: number) => void = () => undefined;
  private failure: (kind: 'uncaught exception' | 'unhandled rejection', error: unknown) => void = () => undefined;

  constructor() {
    this.exited = new Promise((resolve) => (this.onExit = resolve));
  }

  onSignal(signal: string, listener: () => void): void {
    this.signals.set(signal, listener);
  }

  onFailure(listener: (kind: 'uncaught exception' | 'unhandled rejection', error: unknown) => void): void {
    this.failure = listener;
  }

  writeError(text: string): void {
    this.errors.push(text);
  }

  exit(code: number): void {
    this.exitCodes.push(code);
    this.onExit(code);
  }

  send(signal: 'SIGTERM' | 'SIGINT'): void {
    this.signals.get(signal)?.();
  }

  fail(error: unknown): void {
    this.failure('unhandled rejection', error);
  }
}

class Gate {
  arrived!: Promise<void>;
  arrive!: () => void;
  opened!: Promise<void>;
  open!: () => void;

  constructor() {
    this.arrived = new Promise((resolve) => (this.arrive = resolve));
    this.opened = new Promise((resolve) => (this.open = resolve));
  }
}

let gate = new Gate();

@Controller()
class SlowController {
  @Get('slow')
  async slow(): Promise<object> {
    gate.arrive();
    await gate.opened;
    return { done: true };
  }

  @Get('events')
  events(@Res() reply: FastifyReply): void {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.raw.write('data: hello\n\n');
    endOnShutdown(reply.raw);
    gate.arrive();
  }
}

@Module({ controllers: [SlowController] })
class SlowModule {}

async function started(more: { bootstrap?: (service: ServiceRun) => void; options?: RunServiceOptions } = {}) {
  gate = new Gate();
  const process = new FakeProcess();
  const sink = new CollectingSink();
  const logger = createJsonLogger({ level: 'info', worker: 'w', sink });
  let port = 0;
  await runService(
    async (service) => {
      service.useLogger(logger);
      class Root {}
      const module = { module: Root, imports: [SlowModule, HealthModule.forRoot(service.readiness)] };
      const app = await createServiceApp(module, { kind: 'public', logger });
      more.bootstrap?.(service);
      port = Number(new URL(await service.listen(app, { host: '127.0.0.1', port: 0 })).port);
    },
    { graceMs: 60_000, process, ...more.options },
  );
  return { process, sink, port };
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

describe('runService', () => {
  it('lists the problems of a configuration and exits with 1', async () => {
    const process = new FakeProcess();

    await runService(
      async () => {
        throw new ConfigError([{ variable: 'PORT', given: 'x', wanted: 'a port' }]);
      },
      { process },
    );

    expect(process.exitCodes).toEqual([1]);
    expect(process.errors.join()).toContain('PORT=x: it must be a port');
  });

  it('exits with 1 when the service cannot start', async () => {
    const process = new FakeProcess();
    const sink = new CollectingSink();

    await runService(
      async (service) => {
        service.useLogger(createJsonLogger({ level: 'info', worker: 'w', sink }));
        throw new Error('the port is in use');
      },
      { process },
    );

    expect(process.exitCodes).toEqual([1]);
    expect(sink.parsed()[0]).toMatchObject({ level: 'error', failure: expect.stringContaining('the port is in use') });
  });

  it('finishes the request in flight, ends idle connections and exits with 0', async () => {
    const { process, port } = await started();
    const idle = await openSocket(port);
    const idleEnded = new Promise((resolve) => idle.on('close', resolve).resume());
    const inFlight = exchangeRaw(port, get('/slow'), { count: 2 });
    await gate.arrived;

    process.send('SIGTERM');
    await idleEnded;
    gate.open();

    const { answers, isEnded } = await inFlight;
    expect(answers.map(({ status, body }) => [status, body])).toEqual([[200, '{"done":true}']]);
    expect(isEnded).toBe(true);
    expect(await process.exited).toBe(0);
  });

  it('takes requests and says that it is not ready while it hands over, and asks clients to leave', async () => {
    const handover = new Gate();
    const { process, port } = await started({
      bootstrap: (service) =>
        service.beforeShutdown('hand over', async () => {
          handover.arrive();
          await handover.opened;
        }),
    });

    process.send('SIGTERM');
    await handover.arrived;
    const { answers } = await exchangeRaw(port, get('/health/ready'));
    const live = await exchangeRaw(port, get('/health/live'));
    handover.open();

    expect(answers[0]?.status).toBe(503);
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ checks: { shutdown: 'the process is shutting down' } });
    expect(live.answers[0]).toMatchObject({ status: 200, headers: { connection: 'close' } });
    expect(await process.exited).toBe(0);
  });

  it('ends event streams', async () => {
    const { process, port } = await started();
    const socket = await openSocket(port);
    const ended = new Promise((resolve) => socket.on('close', resolve).resume());
    socket.write(get('/events'));
    await gate.arrived;

    process.send('SIGTERM');

    await ended;
    expect(await process.exited).toBe(0);
  });

  it('runs the steps in their order, and goes on behind one that fails', async () => {
    const steps: string[] = [];
    const { process, sink } = await started({
      bootstrap: (service) => {
        service.afterShutdown('flush the store', () => void steps.push('flush the store'));
        service.afterShutdown('close connections', () => void steps.push('close connections'));
        service.beforeShutdown('announce', () => void steps.push('announce'));
        service.beforeShutdown('hand over', () => {
          steps.push('hand over');
          throw new Error('nobody there');
        });
      },
    });

    process.send('SIGINT');

    expect(await process.exited).toBe(0);
    expect(steps).toEqual(['hand over', 'announce', 'close connections', 'flush the store']);
    expect(sink.parsed()).toContainEqual(
      expect.objectContaining({ message: 'shutdown step failed', step: 'hand over' }),
    );
    expect(sink.parsed().at(-1)).toMatchObject({ message: 'stopped', clean: false });
  });

  it('cuts what is still open when the grace time is over', async () => {
    const { process, port } = await started({ options: { graceMs: 50 } });
    const inFlight = exchangeRaw(port, get('/slow'));
    await gate.arrived;

    process.send('SIGTERM');

    expect((await inFlight).answers).toEqual([]);
    expect(await process.exited).toBe(0);
    gate.open();
  });

  it('ends at once at a second signal', async () => {
    const { process, port } = await started();
    const inFlight = exchangeRaw(port, get('/slow'));
    await gate.arrived;

    process.send('SIGTERM');
    process.send('SIGTERM');

    expect(process.exitCodes).toEqual([130]);
    gate.open();
    await inFlight;
    await process.exited;
  });

  it('ends with 70 and the stack in the log when nobody handled a failure', async () => {
    const { process, sink } = await started();

    process.fail(new Error('forgotten'));

    expect(process.exitCodes).toEqual([70]);
    expect(sink.parsed().at(-1)).toMatchObject({
      level: 'error',
      message: 'unhandled rejection',
      failure: expect.stringContaining('forgotten'),
    });
    process.send('SIGTERM');
    await new Promise((resolve) => setImmediate(resolve));
  });
});
