import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  type INestApplication,
  Injectable,
  Module,
  Param,
  Post,
  Put,
  type Type,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Registry } from 'prom-client';
import { Election } from '../election/election.js';
import { LeaderModule } from '../leader.module.js';
import type { CommittedEntry } from '../replicated-log/state-machine.js';
import { ReplicatedStateMachine } from '../replicated-log/replicated-state-machine.decorator.js';
import { InjectElection, electionToken } from '../tokens.js';
import { Fence } from './fence.decorator.js';
import { fenceHeader, formatFence } from './fence-header.js';
import { FencesModule } from './fences.module.js';
import { RequireFence } from './require-fence.guard.js';

const proof = { 'x-proof': 'that it is one of us' };
let warehouse = '';

/** Stands for the authentication of a real service. */
@Injectable()
class CallGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    if (headers['x-proof'] !== proof['x-proof']) throw new UnauthorizedException();
    return true;
  }
}

@ReplicatedStateMachine('orders')
class Orders {
  apply(entry: CommittedEntry): number {
    return entry.index;
  }

  snapshot(): number {
    return 0;
  }

  restore(): void {
    return undefined;
  }
}

/** What the leader's application does. */
@Controller('fillings')
class FillingsController {
  constructor(@InjectElection('orders') private readonly election: Election) {}

  @Post(':shelf')
  async fill(@Param('shelf') shelf: string, @Body() body: { toys: number }): Promise<{ status: number }> {
    // example: fence-sent
    const fence = await this.election.verifyLeader(); // one round to a quorum
    const headers = { ...proof, [fenceHeader]: formatFence(fence), 'content-type': 'application/json' };
    const answer = await fetch(`${warehouse}/shelves/${shelf}`, { method: 'PUT', headers, body: JSON.stringify(body) });
    // end
    return { status: answer.status };
  }
}

const shelves = new Map<string, { toys: number; term: number }>();

// example: fence-required
@Controller('shelves')
@UseGuards(CallGuard) // who calls? Before the fence, or anybody could shut the real leader out
class ShelvesController {
  @Put(':shelf')
  @RequireFence('orders') // 412 for a leader of the past; nothing below has run then
  fill(@Param('shelf') shelf: string, @Fence() fence: Fence, @Body() { toys }: { toys: number }) {
    shelves.set(shelf, { toys, term: fence.term });
  }
}

@Module({ imports: [FencesModule.forRoot({ dataDir: './data' })], controllers: [ShelvesController] })
class WarehouseModule {}
// end

describe('fences, as the README shows them', () => {
  let folder: string;
  let from: string;
  let election: Election;
  const apps: INestApplication[] = [];

  const listen = async (module: Type): Promise<string> => {
    const app = await NestFactory.create(module, new FastifyAdapter({ forceCloseConnections: true }), {
      logger: false,
      rawBody: true,
    });
    apps.push(app);
    await app.listen(0, '127.0.0.1');
    return app.getUrl();
  };

  const startWarehouse = async (): Promise<void> => {
    // The example's module, with a folder of its own.
    @Module({
      imports: [FencesModule.forRoot({ dataDir: folder })],
      controllers: Reflect.getMetadata('controllers', WarehouseModule) as [],
    })
    class WarehouseOfThisTest {}
    warehouse = await listen(WarehouseOfThisTest);
  };

  beforeEach(async () => {
    shelves.clear();
    folder = await mkdtemp(join(tmpdir(), 'leader-fences-'));

    @Module({
      imports: [
        LeaderModule.forRoot({
          metrics: new Registry(),
          logger: { log: () => undefined, warn: () => undefined, error: () => undefined },
          groups: [
            {
              name: 'orders',
              nodeId: 'a',
              members: [{ id: 'a', url: 'http://a.invalid', priority: 1 }],
              dataDir: join(folder, 'a'),
              auth: 'none',
            },
          ],
        }),
      ],
      controllers: [FillingsController],
      providers: [Orders],
    })
    class OrdersModule {}

    await startWarehouse();
    from = await listen(OrdersModule);
    election = (apps.at(-1) as INestApplication).get<Election>(electionToken('orders'));
    await leads();
  });

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await rm(folder, { recursive: true });
  });

  const leads = async (): Promise<void> => {
    const deadline = performance.now() + 30_000;
    while (!election.state().inOffice) {
      if (performance.now() > deadline) throw new Error('waited 30 s for office');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const json = { 'content-type': 'application/json' };
  const fill = async (toys: number): Promise<number> => {
    const answer = await fetch(`${from}/fillings/top`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ toys }),
    });
    return ((await answer.json()) as { status: number }).status;
  };
  const put = async (fence: string, headers: Record<string, string>): Promise<number> =>
    (
      await fetch(`${warehouse}/shelves/top`, {
        method: 'PUT',
        headers: { ...json, ...headers, [fenceHeader]: fence },
        body: '{"toys":99}',
      })
    ).status;

  it('travel from the leader to the handler of another service, which refuses those of a leader of the past', async () => {
    const older = await election.verifyLeader();
    expect(await fill(3)).toBe(200);
    expect(shelves.get('top')).toEqual({ toys: 3, term: older.term });

    await election.resign();
    await leads();
    expect(await fill(5)).toBe(200);
    const afterwards = shelves.get('top');

    expect(afterwards).toEqual({ toys: 5, term: election.state().term });
    expect(election.state().term).toBeGreaterThan(older.term);
    expect(await put(formatFence(older), proof)).toBe(412);
    await apps[0]?.close();
    await startWarehouse();
    expect(await put(formatFence(older), proof)).toBe(412);
    expect(shelves.get('top')).toBe(afterwards);
  });

  it("that nobody could have come by change nothing: neither a stranger's nor one that is absurd", async () => {
    expect(await put('orders;999999', {})).toBe(401);
    expect(await put('orders;999999999999999', proof)).toBe(400);

    expect(shelves.size).toBe(0);
    expect(await fill(3)).toBe(200);
  });

  it('have examples that are what runs here, word for word', async () => {
    const [readme, spec] = await Promise.all([
      readFile(new URL('../../README.md', import.meta.url), 'utf8'),
      readFile(new URL('readme-fences.spec.ts', import.meta.url), 'utf8'),
    ]);
    const squeeze = (code = ''): string => code.replaceAll(/\s+/g, ' ').trim();
    const written = [...readme.matchAll(/<!-- example: (fence-[\w-]+) -->\s*```ts\n([^]*?)```/g)].map(
      ([, name, code]) => [name, squeeze(code)],
    );
    const run = [...spec.matchAll(/^ *\/\/ example: ([\w-]+)\n([^]*?)^ *\/\/ end$/gm)].map(([, name, code]) => [
      name,
      squeeze(code),
    ]);

    expect(written).toEqual(run);
    expect(written).toHaveLength(2);
  });
});

describe('@RequireFence and authentication', () => {
  @Controller()
  class OnTheHandler {
    @Get('below')
    @RequireFence('orders')
    @UseGuards(CallGuard)
    below(): string {
      return 'done';
    }

    @Get('above')
    @UseGuards(CallGuard)
    @RequireFence('orders')
    above(): string {
      return 'done';
    }
  }

  @Controller('controller')
  @UseGuards(CallGuard)
  class OnTheController {
    @Get()
    @RequireFence('orders')
    get(): string {
      return 'done';
    }
  }

  @Controller('application')
  class OnTheApplication {
    @Get()
    @RequireFence('orders')
    get(): string {
      return 'done';
    }
  }

  const setUp = async (options: {
    readonly isGlobal: boolean;
  }): Promise<{
    get(path: string, fence: string, headers: Record<string, string>): Promise<number>;
    close(): Promise<void>;
  }> => {
    @Module({
      imports: [FencesModule.forRoot({ dataDir: 'memory' })],
      controllers: [OnTheHandler, OnTheController, OnTheApplication],
    })
    class AppModule {}
    const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
    if (options.isGlobal) app.useGlobalGuards(new CallGuard());
    await app.init();
    return {
      get: async (url, fence, headers) => {
        const { statusCode } = await (
          app.getHttpAdapter().getInstance() as { inject(call: object): Promise<{ statusCode: number }> }
        ).inject({ url, headers: { ...headers, [fenceHeader]: fence } });
        return statusCode;
      },
      close: () => app.close(),
    };
  };

  it.each([
    ['below it on the handler', '/below', false],
    ['on the controller', '/controller', false],
    ['on the application', '/application', true],
  ])('remembers nothing of a stranger when the guard is %s', async (_, path, isGlobal) => {
    const app = await setUp({ isGlobal });

    expect(await app.get(path, 'orders;900000', {})).toBe(401);
    expect(await app.get(path, 'orders;1', proof)).toBe(200);
    await app.close();
  });

  it('is asked first when the guard is above it on the handler, and believes anybody: the order not to write', async () => {
    const app = await setUp({ isGlobal: false });

    expect(await app.get('/above', 'orders;900000', {})).toBe(401);
    expect(await app.get('/above', 'orders;1', proof)).toBe(412);
    await app.close();
  });
});
