import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { fitToLeadMetadata } from '../election/fit-to-lead.decorator.js';
import type { FitnessCheck } from '../election/fitness.js';
import { onDeposedMetadata, onElectedMetadata } from '../election/office-hooks.decorator.js';
import type { OfficeHooks } from '../election/office.js';
import { InvalidOptionsError } from '../errors/leader-errors.js';
import { stateMachineMetadata } from '../replicated-log/replicated-state-machine.decorator.js';
import type { StateMachine } from '../replicated-log/state-machine.js';
import { leaderIntervalMetadata } from '../schedule/leader-interval.decorator.js';

type Method = (...args: unknown[]) => unknown;

export interface IntervalMethod {
  readonly name: string;
  readonly intervalMs: number;
  readonly run: () => unknown;
}

/** What the application's providers contribute to one group. */
export interface GroupUserCode {
  readonly stateMachine: StateMachine;
  readonly hooks: OfficeHooks;
  readonly fitness: readonly FitnessCheck[];
  readonly intervals: readonly IntervalMethod[];
}

interface Found<T> {
  readonly where: string;
  readonly group: string | undefined;
  readonly value: T;
}

/** Finds decorated providers and methods. */
export class UserCode {
  private readonly stateMachines: Found<StateMachine>[] = [];
  private readonly elected: Found<Method>[] = [];
  private readonly deposed: Found<Method>[] = [];
  private readonly fitness: Found<FitnessCheck>[] = [];
  private readonly intervals: Found<IntervalMethod>[] = [];

  constructor(discovery: DiscoveryService, scanner: MetadataScanner) {
    for (const wrapper of [...discovery.getProviders(), ...discovery.getControllers()]) {
      const instance = wrapper.instance as Record<string, unknown> | null | undefined;
      if (instance === null || typeof instance !== 'object' || !wrapper.isDependencyTreeStatic()) continue;
      // The same instance can be provided under several tokens.
      if (wrapper.isAlias) continue;
      this.collect(instance, scanner);
    }
  }

  /** @throws InvalidOptionsError that lists everything that does not fit the configured groups */
  forGroups(names: readonly string[]): ReadonlyMap<string, GroupUserCode> {
    const problems: string[] = [];
    const everything = [this.stateMachines, this.elected, this.deposed, this.fitness, this.intervals];
    for (const { where, group } of everything.flat() as readonly Found<unknown>[]) {
      if (group === undefined && names.length !== 1)
        problems.push(`${where} names no group, but there are ${names.length}: ${names.join(', ')}`);
      if (group !== undefined && !names.includes(group))
        problems.push(`${where} names group ${group}, which is not configured: ${names.join(', ')}`);
    }
    const codes = names.map((name) => [name, this.forGroup(name, names.length === 1, problems)] as const);
    if (problems.length > 0) throw new InvalidOptionsError('LeaderModule', problems);
    return new Map(codes);
  }

  private forGroup(name: string, isOnly: boolean, problems: string[]): GroupUserCode {
    const own = <T>(found: readonly Found<T>[]): T[] =>
      found.filter(({ group }) => group === name || (group === undefined && isOnly)).map(({ value }) => value);
    const machines = own(this.stateMachines);
    if (machines.length !== 1)
      problems.push(
        `group ${name} needs exactly one provider decorated with @ReplicatedStateMachine('${name}'), found ${machines.length}`,
      );
    const elected = own(this.elected);
    const deposed = own(this.deposed);
    return {
      stateMachine: machines[0] as StateMachine,
      hooks: {
        elected: async (fence, signal) => {
          await Promise.all(elected.map(async (method) => method(fence, signal)));
        },
        // Each is given its chance, also when another one throws.
        deposed: async () => {
          const ended = await Promise.allSettled(deposed.map(async (method) => method()));
          for (const result of ended) if (result.status === 'rejected') throw result.reason;
        },
      },
      fitness: own(this.fitness),
      intervals: own(this.intervals),
    };
  }

  private collect(instance: Record<string, unknown>, scanner: MetadataScanner): void {
    const type = instance.constructor as (new () => unknown) | undefined;
    if (typeof type !== 'function') return;
    const machine = Reflect.getMetadata(stateMachineMetadata, type) as { readonly group?: string } | undefined;
    if (machine !== undefined)
      this.stateMachines.push({
        where: `@ReplicatedStateMachine on ${type.name}`,
        group: machine.group,
        value: instance as unknown as StateMachine,
      });

    for (const name of scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object)) {
      const method = instance[name];
      if (typeof method !== 'function') continue;
      const bound = (method as Method).bind(instance);
      const where = `${type.name}.${name}`;
      this.collectHook(onElectedMetadata, this.elected, method, `@OnElected on ${where}`, bound);
      this.collectHook(onDeposedMetadata, this.deposed, method, `@OnDeposed on ${where}`, bound);
      const check: FitnessCheck = { name: where, run: async () => (await bound()) === true };
      this.collectHook(fitToLeadMetadata, this.fitness, method, `@FitToLead on ${where}`, check);
      const interval = Reflect.getMetadata(leaderIntervalMetadata, method) as
        { readonly group: string; readonly intervalMs: number } | undefined;
      if (interval !== undefined)
        this.intervals.push({
          where: `@LeaderInterval on ${where}`,
          group: interval.group,
          value: { name: where, intervalMs: interval.intervalMs, run: bound },
        });
    }
  }

  private collectHook<T>(metadata: symbol, into: Found<T>[], method: object, where: string, value: T): void {
    const found = Reflect.getMetadata(metadata, method) as { readonly group?: string } | undefined;
    if (found !== undefined) into.push({ where, group: found.group, value });
  }
}
