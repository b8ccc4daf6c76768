import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { InvalidOptionsError } from './errors/leader-errors.js';
import { DurableFences } from './fencing/durable-fences.js';
import { groupFenceKeeperToken } from './fencing/fence-keeper-token.js';
import type { FenceKeeper } from './fencing/fence-keeper.js';
import { FenceMemory } from './fencing/fence-memory.js';
import { LeaderHealthIndicator } from './health/leader-health.js';
import type { HostedGroup } from './hosting/hosted-group.js';
import { LeaderGroups, leaderOptionsToken } from './hosting/leader-groups.js';
import { LeaderController } from './http/leader.controller.js';
import { MembershipController } from './http/membership.controller.js';
import { PeerMessagesController } from './http/peer-messages.controller.js';
import type { LeaderModuleAsyncOptions, LeaderModuleOptions } from './leader-module-options.js';
import { electionToken, membershipToken, replicatedLogToken } from './tokens.js';

/**
 * Runs this process's member of each group, from application start to shutdown.
 *
 * Mounts `GET /leader/status`, `POST /leader/nominations`, `POST /leader/hints`, `POST /leader/transfers`,
 * `GET` and `POST /leader/members`, and `POST /raft/:group/messages` in the host application: import it in an *internal* application only.
 */
@Module({})
export class LeaderModule {
  static forRoot(options: LeaderModuleOptions & { readonly isGlobal?: boolean }): DynamicModule {
    const { isGlobal = false, ...rest } = options;
    return LeaderModule.forRootAsync({
      names: options.groups.map((group) => group.name),
      isGlobal,
      useFactory: () => rest,
    });
  }

  static forRootAsync(options: LeaderModuleAsyncOptions): DynamicModule {
    const { names } = options;
    const only = names.length === 1 ? [undefined] : [];
    const injectables = [...names, ...only].flatMap((name) => injectablesOf(name, names));
    return {
      module: LeaderModule,
      global: options.isGlobal ?? false,
      imports: [DiscoveryModule, ...(options.imports ?? [])],
      controllers: [LeaderController, MembershipController, PeerMessagesController],
      providers: [
        {
          provide: leaderOptionsToken,
          useFactory: options.useFactory as (...args: unknown[]) => unknown,
          inject: options.inject ?? [],
        },
        LeaderGroups,
        LeaderHealthIndicator,
        { provide: groupFenceKeeperToken, useFactory: fenceKeeperOf, inject: [LeaderGroups] },
        ...injectables,
      ],
      exports: [LeaderGroups, LeaderHealthIndicator, ...injectables.map(({ provide }) => provide)],
    };
  }
}

/** What other groups' leaders say to this service is remembered beside the first group's log. */
function fenceKeeperOf({ all }: LeaderGroups): Promise<FenceKeeper> | FenceKeeper {
  const onDisk = all.find(({ config }) => config.ports.logStore === undefined);
  return onDisk === undefined ? new FenceMemory() : DurableFences.open(onDisk.config.dataDir);
}

type Injectable = Extract<Provider, { provide: unknown; useFactory: unknown }>;

function injectablesOf(name: string | undefined, names: readonly string[]): Injectable[] {
  const hosted = (groups: LeaderGroups): HostedGroup => {
    const found = groups.find(name);
    const configured = groups.all.map(({ config }) => config.name);
    if (found === undefined || configured.length !== names.length) {
      throw new InvalidOptionsError('LeaderModule.forRootAsync', [
        `names are ${names.join(', ')}, but the factory returned groups ${configured.join(', ')}`,
      ]);
    }
    return found;
  };
  return [
    {
      provide: electionToken(name),
      useFactory: (groups: LeaderGroups) => hosted(groups).election,
      inject: [LeaderGroups],
    },
    {
      provide: membershipToken(name),
      useFactory: (groups: LeaderGroups) => hosted(groups).membership,
      inject: [LeaderGroups],
    },
    {
      provide: replicatedLogToken(name),
      useFactory: (groups: LeaderGroups) => hosted(groups).log,
      inject: [LeaderGroups],
    },
  ];
}
