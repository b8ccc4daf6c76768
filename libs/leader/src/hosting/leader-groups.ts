import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type LoggerService,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { DiscoveryService, HttpAdapterHost, MetadataScanner } from '@nestjs/core';
import { take } from 'rxjs';
import { InvalidOptionsError } from '../errors/leader-errors.js';
import type { LeaderModuleOptions } from '../leader-module-options.js';
import { LeaderMetrics } from '../metrics/leader-metrics.js';
import type { ReplicaObserver } from '../runtime/replica-observer.js';
import { OfficeIntervals } from '../schedule/office-intervals.js';
import { HostedGroup } from './hosted-group.js';
import { acceptRawBodies } from './raw-body.js';
import { describeTrace } from './trace-line.js';
import { type GroupUserCode, UserCode } from './user-code.js';

export const leaderOptionsToken = Symbol.for('@quorumkit/leader:options');

/** All groups of this process, and their place in the application's life. */
@Injectable()
export class LeaderGroups
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private readonly groups: ReadonlyMap<string, HostedGroup>;
  private readonly logger: LoggerService;
  private readonly metrics: LeaderMetrics | undefined;

  constructor(
    @Inject(leaderOptionsToken) private readonly options: LeaderModuleOptions,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly adapterHost: HttpAdapterHost,
  ) {
    const names = options.groups.map(({ name }) => name);
    const problems = names
      .filter((name, position) => names.indexOf(name) !== position)
      .map((name) => `group ${name} is configured twice`);
    if (names.length === 0) problems.push('groups: at least one is needed');
    if (problems.length > 0) throw new InvalidOptionsError('LeaderModule', problems);
    this.groups = new Map(options.groups.map((group) => [group.name, new HostedGroup(group)]));
    this.logger = options.logger ?? new Logger('LeaderModule');
    this.metrics = options.metrics === false ? undefined : new LeaderMetrics(options.metrics);
  }

  get all(): readonly HostedGroup[] {
    return [...this.groups.values()];
  }

  /** Without a name: the only, or else the first configured group. */
  find(name?: string): HostedGroup | undefined {
    return name === undefined ? this.all[0] : this.groups.get(name);
  }

  onModuleInit(): void {
    acceptRawBodies(this.adapterHost.httpAdapter);
  }

  async onApplicationBootstrap(): Promise<void> {
    const codes = new UserCode(this.discovery, this.scanner).forGroups(this.all.map(({ config }) => config.name));
    for (const group of this.all) await this.startGroup(group, codes.get(group.config.name) as GroupUserCode);
    const open = (): void => this.all.forEach((group) => group.replica?.openOffice());
    if (
      this.options.takeOffice === 'bootstrap' ||
      this.adapterHost.httpAdapter === undefined ||
      this.adapterHost.listening
    )
      open();
    else this.adapterHost.listen$.pipe(take(1)).subscribe(open);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(
      this.all.map((group) => group.handOver((what, error) => this.logger.warn(`${what}: ${messageOf(error)}`))),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.all.map((group) => group.stop()));
  }

  private async startGroup(group: HostedGroup, code: GroupUserCode): Promise<void> {
    const { name } = group.config;
    const intervals = new OfficeIntervals(code.intervals, group.clock, (method, error) =>
      this.logger.error(`${method} failed: ${messageOf(error)}`),
    );
    this.metrics?.watch(group);
    await group.start({
      stateMachine: code.stateMachine,
      hooks: code.hooks,
      fitness: code.fitness,
      observer: this.observer(group),
      onFatal: (error) => this.fatal(name, error),
    });
    group.replica?.changes.on(() => intervals.inOffice(group.election.state().inOffice));
  }

  private observer(group: HostedGroup): ReplicaObserver {
    const { name } = group.config;
    const counted = this.metrics?.observer(group) ?? {};
    return {
      ...counted,
      trace: (event) => {
        counted.trace?.(event);
        const { level, text } = describeTrace(event);
        this.logger[level]?.(`[${name}] ${text}`);
      },
      storage: (condition) => {
        if (condition === 'full')
          this.logger.error(
            `[${name}] the disk is full: this replica takes nothing and does not lead until there is space in ${group.config.dataDir}`,
          );
        else this.logger.log(`[${name}] there is space on the disk again`);
      },
      fitness: (objection) => {
        if (objection === undefined) this.logger.log(`[${name}] this replica is fit to lead again`);
        else
          this.logger.warn(
            `[${name}] this replica leads and is not fit to (${objection}); leadership passes to a member that is, where there is one`,
          );
      },
      waitingForMembers: (silent) =>
        this.logger.warn(
          `[${name}] the folder is empty: whether this group is new or a disk was lost is not known before ${silent.join(', ')} ${silent.length === 1 ? 'answers' : 'answer'}; until then this replica neither votes nor campaigns`,
        ),
      storeLost: (why) =>
        this.logger.error(
          `[${name}] THE STORE OF THIS REPLICA IS LOST: ${why}. It does not vote before it has fetched everything from the leader.`,
        ),
      secondProcess: ({ peer, boots }) =>
        this.logger.error(
          `[${name}] TWO PROCESSES ARE MEMBER ${peer}: boots ${boots.join(' and ')} speak in turns. Two votes under one name can elect two leaders. Stop one of them at once (GET /leader/status tells the boot id of each).`,
        ),
      problem: (what, error) => this.logger.error(`[${name}] ${what}: ${messageOf(error)}`),
    };
  }

  private fatal(group: string, error: Error): void {
    if (this.options.onFatal !== undefined) {
      this.options.onFatal(error);
      return;
    }
    this.logger.fatal?.(
      `[${group}] this replica cannot keep its promises any more and ends its process: ${error.stack ?? error.message}`,
    );
    process.exit(1);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
