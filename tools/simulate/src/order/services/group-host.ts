import 'reflect-metadata';
import { Injectable, Module, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type Clock,
  type Election,
  type Fence,
  type GroupOptions,
  HostedGroup,
  LeaderGroups,
  LeaderModule,
  type LogStore,
  OnDeposed,
  OnElected,
  type PeerTransport,
  raft,
  type ReplicatedLog,
  ReplicatedStateMachine,
  type StateMachine,
} from '@quorumkit/leader';
import type { GroupTuning } from './group-tuning.js';

/**
 * `bare`: the hosted group of the package, without Nest around it. `module`: the whole `LeaderModule` in an application
 * of its own, with nothing replaced but clock, transport, log store and randomness.
 */
export type HostKind = 'bare' | 'module';

export interface HostedBy {
  readonly kind: HostKind;
  readonly group: string;
  readonly nodeId: string;
  readonly members: readonly { readonly id: string; readonly priority: number }[];
  /** This process, where it is none of the first members. */
  readonly joining?: { readonly id: string; readonly priority: number } | undefined;
  readonly clock: Clock;
  readonly store: LogStore;
  readonly transport: PeerTransport;
  readonly seed: number;
  readonly tuning: GroupTuning;
  readonly stateMachine: StateMachine;
  readonly elected: (fence: Fence) => void | Promise<void>;
  readonly deposed: () => void | Promise<void>;
  /** The replica cannot keep its promises any more: its process ends. */
  readonly fatal: (error: Error) => void;
}

/** A member of a group at work, however it is hosted. */
export interface Hosted {
  readonly group: HostedGroup;
  readonly election: Election;
  readonly log: ReplicatedLog;
}

export async function hostGroup(hosting: HostedBy, before: (hosted: Hosted) => void): Promise<void> {
  if (hosting.kind === 'bare') await hostBare(hosting, before);
  else await hostModule(hosting, before);
}

function optionsOf({ group, nodeId, members, joining, clock, store, transport, seed, tuning }: HostedBy): GroupOptions {
  return {
    name: group,
    nodeId,
    members: members.map(memberOptions),
    ...(joining && { joining: memberOptions(joining) }),
    dataDir: 'memory',
    auth: 'none',
    heartbeatIntervalMs: tuning.heartbeatMs,
    electionTimeoutMs: tuning.electionTimeoutMs,
    engine: raft({ ...tuning.raft, seed }),
    limits: tuning.limits,
    clock,
    logStore: store,
    transport,
  };
}

/** Nobody listens there: the simulation carries what is sent. */
export function memberOptions<M extends { readonly id: string; readonly priority: number }>(
  member: M,
): M & { readonly url: string } {
  return { ...member, url: `http://${member.id}.invalid` };
}

async function hostBare(hosting: HostedBy, before: (hosted: Hosted) => void): Promise<void> {
  const group = new HostedGroup(optionsOf(hosting));
  before({ group, election: group.election, log: group.log });
  await group.start({
    stateMachine: hosting.stateMachine,
    hooks: { elected: async (fence) => hosting.elected(fence), deposed: async () => hosting.deposed() },
    observer: {},
    onFatal: hosting.fatal,
  });
  group.replica?.openOffice();
}

async function hostModule(hosting: HostedBy, before: (hosted: Hosted) => void): Promise<void> {
  const silent = { log: nothing, warn: nothing, error: nothing, debug: nothing, fatal: nothing };
  const leaderModule = LeaderModule.forRoot({
    isGlobal: true,
    metrics: false,
    takeOffice: 'bootstrap',
    logger: silent,
    onFatal: hosting.fatal,
    groups: [optionsOf(hosting)],
  });
  const begin: Provider = {
    provide: Symbol('begin'),
    inject: [LeaderGroups],
    useFactory: (groups: LeaderGroups) => {
      const group = groups.find(hosting.group);
      if (group === undefined) throw new Error(`the module does not host ${hosting.group}`);
      before({ group, election: group.election, log: group.log });
    },
  };
  class SimulatedModule {}
  Module({ imports: [leaderModule], providers: [machineProvider(hosting), hooksProvider(hosting), begin] })(
    SimulatedModule,
  );
  await NestFactory.createApplicationContext(SimulatedModule, { logger: false, abortOnError: false });
}

function machineProvider({ group, stateMachine }: HostedBy): Provider {
  // What marks a state machine is its class; here the object is there already.
  class SimulatedMachine implements StateMachine {
    apply = stateMachine.apply.bind(stateMachine);
    snapshot = stateMachine.snapshot.bind(stateMachine);
    restore = stateMachine.restore.bind(stateMachine);
  }
  ReplicatedStateMachine(group)(SimulatedMachine);
  return SimulatedMachine;
}

function hooksProvider({ group, elected, deposed }: HostedBy): Provider {
  class SimulatedHooks {
    async elected(fence: Fence): Promise<void> {
      await elected(fence);
    }

    async deposed(): Promise<void> {
      await deposed();
    }
  }
  const { prototype } = SimulatedHooks;
  const decorate = (name: 'elected' | 'deposed', decorator: MethodDecorator): void => {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    if (descriptor !== undefined) decorator(prototype, name, descriptor as TypedPropertyDescriptor<never>);
  };
  decorate('elected', OnElected(group) as MethodDecorator);
  decorate('deposed', OnDeposed(group) as MethodDecorator);
  Injectable()(SimulatedHooks);
  return SimulatedHooks;
}

function nothing(): void {}
