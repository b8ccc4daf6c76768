import { Counter, Gauge, Histogram, type Registry, register as defaultRegistry } from 'prom-client';
import { progressOf } from '@quorumkit/raft';
import type { HostedGroup } from '../hosting/hosted-group.js';
import type { ReplicaObserver } from '../runtime/replica-observer.js';

const labelNames = ['group', 'node'] as const;
const seconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

type Described = { readonly name: string; readonly help: string };

/** Prometheus metrics of all groups of a process, labelled by group and node. */
export class LeaderMetrics {
  private readonly groups: HostedGroup[] = [];
  private readonly changes: Counter;
  private readonly elections: Counter;
  private readonly proposals: Counter;
  private readonly commitLatency: Histogram;
  private readonly persistLatency: Histogram;
  private readonly batchEntries: Histogram;
  private readonly snapshots: Histogram;
  private readonly dropped: Counter;
  private readonly rollbacks: Counter;

  constructor(registry: Registry = defaultRegistry) {
    const registers = [registry];
    // Applications that share a process (and its registry) share the metrics too; labels tell them apart.
    const once = <M>(name: string, make: () => M): M => (registry.getSingleMetric(name) as M | undefined) ?? make();
    const counter = (metric: Described, extra: readonly string[] = []): Counter =>
      once(metric.name, () => new Counter({ ...metric, labelNames: [...labelNames, ...extra], registers }));
    const histogram = (metric: Described, buckets: number[]): Histogram =>
      once(metric.name, () => new Histogram({ ...metric, buckets, labelNames: [...labelNames], registers }));

    this.changes = counter({ name: 'leader_changes_total', help: 'Times this node saw another leader than before' });
    this.elections = counter({ name: 'leader_elections_total', help: 'Times this node became a candidate' });
    this.proposals = counter(
      { name: 'leader_proposals_total', help: 'Proposals of callers on this node, by how they ended' },
      ['outcome'],
    );
    this.commitLatency = histogram(
      { name: 'leader_commit_latency_seconds', help: 'From proposal to applied result' },
      seconds,
    );
    this.persistLatency = histogram(
      { name: 'leader_log_fsync_seconds', help: 'From handing a batch to the log store until it is durable' },
      seconds,
    );
    this.batchEntries = histogram(
      { name: 'leader_log_batch_entries', help: 'Entries of one batch handed to the log store' },
      [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
    );
    this.snapshots = histogram(
      {
        name: 'leader_snapshot_seconds',
        help: 'Writing the state out as JSON, during which this node does nothing else',
      },
      seconds,
    );
    this.dropped = counter(
      { name: 'leader_peer_messages_dropped_total', help: 'Peer messages that were not delivered or not understood' },
      ['peer'],
    );
    this.rollbacks = counter(
      {
        name: 'leader_follower_rollbacks_total',
        help: 'On a leader: times a follower lacked entries that it had confirmed, because its disk was rolled back',
      },
      ['peer'],
    );
    this.gauges(registry);
  }

  watch(group: HostedGroup): void {
    this.groups.push(group);
  }

  observer({ config }: HostedGroup): ReplicaObserver {
    const labels = { group: config.name, node: config.nodeId };
    const commitLatency = this.commitLatency.labels(labels);
    const persistLatency = this.persistLatency.labels(labels);
    const batchEntries = this.batchEntries.labels(labels);
    let leader: string | undefined;
    return {
      trace: (event) => {
        if (event.kind === 'electionStarted') this.elections.inc(labels);
        if (event.kind === 'followerRegressed') this.rollbacks.inc({ ...labels, peer: event.peer });
      },
      status: (status) => {
        if (status.leader === undefined || status.leader === leader) return;
        leader = status.leader;
        this.changes.inc(labels);
      },
      persisted: (durationMs, { entries }) => {
        persistLatency.observe(durationMs / 1000);
        if (entries.length > 0) batchEntries.observe(entries.length);
      },
      proposalEnded: (outcome, durationMs) => {
        this.proposals.inc({ ...labels, outcome });
        if (outcome === 'committed') commitLatency.observe(durationMs / 1000);
      },
      snapshotTaken: (durationMs) => this.snapshots.labels(labels).observe(durationMs / 1000),
      messageDropped: ({ peer }) => this.dropped.inc({ ...labels, peer }),
    };
  }

  // Read when somebody asks: nothing is kept up to date in between.
  private gauges(registry: Registry): void {
    const { groups } = this;
    const gauge = (metric: Described, read: (group: HostedGroup) => number): void => {
      const existing = registry.getSingleMetric(metric.name) as (Gauge & { readers?: (() => void)[] }) | undefined;
      const readAll = (into: Gauge): void => {
        for (const group of groups) into.set({ group: group.config.name, node: group.config.nodeId }, read(group));
      };
      if (existing !== undefined) {
        existing.readers?.push(() => readAll(existing));
        return;
      }
      const readers: (() => void)[] = [];
      const made: Gauge & { readers?: (() => void)[] } = new Gauge({
        ...metric,
        labelNames: [...labelNames],
        registers: [registry],
        collect: () => readers.forEach((reader) => reader()),
      });
      made.readers = readers;
      readers.push(() => readAll(made));
    };
    gauge({ name: 'leader_role', help: '1 while this node leads, else 0' }, ({ election }) =>
      Number(election.state().role === 'leader'),
    );
    gauge(
      {
        name: 'leader_in_office',
        help: '1 while this node leads with current state and its @OnElected methods are done',
      },
      ({ election }) => Number(election.state().inOffice),
    );
    gauge({ name: 'leader_term', help: 'Term this node is in' }, ({ election }) => election.state().term);
    gauge(
      { name: 'leader_commit_index', help: 'Last index this node knows to be committed' },
      ({ election }) => election.state().commitIndex,
    );
    gauge(
      { name: 'leader_applied_index', help: 'Last index this node has applied' },
      ({ election }) => election.state().appliedIndex,
    );
    gauge(
      { name: 'leader_proposals_waiting', help: 'Callers that wait for the outcome of a proposal' },
      ({ replica }) => replica?.flights.size ?? 0,
    );
    gauge(
      { name: 'leader_backlog_bytes', help: 'Entries that wait for the disk or for apply, whichever is more' },
      ({ replica }) => replica?.backlogBytes ?? 0,
    );
    gauge({ name: 'leader_disk_full', help: '1 while the log has no space to write, else 0' }, ({ replica }) =>
      Number(replica?.storeCondition === 'full'),
    );
    gauge(
      { name: 'leader_replication_lag_entries', help: 'On a leader: entries that its slowest follower lacks' },
      replicationLag,
    );
  }
}

function replicationLag({ replica }: HostedGroup): number {
  if (replica?.status?.role !== 'leader') return 0;
  const { lastLogIndex } = replica.running.status();
  return Math.max(0, ...progressOf(replica.running.core).map(({ matchIndex }) => lastLogIndex - matchIndex));
}
