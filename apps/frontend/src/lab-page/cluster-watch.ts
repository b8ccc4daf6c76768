import type { CacheKey, CoherentCache } from '@quorumkit/cache';
import type { LeaderDirectory } from '@quorumkit/leader';
import type { ClusterView, ExplanationView } from '@toystore/contracts';
import { cacheView, explanationView, memberView } from './cluster-mapping.js';

/** A group that can be asked how it is. */
export type SurveyedGroup = Pick<LeaderDirectory, 'survey'>;

export interface ClusterWatchOptions {
  /** Names the frontend. */
  readonly frontend: string;
  readonly orders: SurveyedGroup & Pick<LeaderDirectory, 'current'>;
  readonly catalog: SurveyedGroup;
  readonly cache: Pick<CoherentCache, 'stats' | 'explain'>;
  /** Monotonic, ms. */
  readonly clock?: () => number;
}

/** A view is taken no more often, however many people watch and whoever hammers. */
export const viewIntervalMs = 250;
/** Of a larger cache those that leave last are shown. */
const entriesShownMax = 28;

interface TakenView {
  readonly begunAt: number;
  readonly view: Promise<ClusterView>;
}

/**
 * The running store as this frontend sees it. A view is used for `viewIntervalMs` from when it was begun, and takes as long
 * as the members' answers do. Changes nothing; never rejects.
 */
export class ClusterWatch {
  readonly #options: ClusterWatchOptions;
  readonly #clock: () => number;
  #latest: TakenView | undefined;

  constructor(options: ClusterWatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  view(): Promise<ClusterView> {
    const now = this.#clock();
    if (this.#latest === undefined || now - this.#latest.begunAt >= viewIntervalMs)
      this.#latest = { begunAt: now, view: this.#take() };
    return this.#latest.view;
  }

  explain(key: CacheKey): ExplanationView {
    return explanationView(this.#options.cache.explain(key));
  }

  async #take(): Promise<ClusterView> {
    const { frontend, orders, catalog, cache } = this.#options;
    const [replicas, catalogMembers] = await Promise.all([orders.survey(), catalog.survey()]);
    const leader = orders.current();
    const stats = cache.stats();
    return {
      frontend,
      leader: leader === undefined ? null : { id: leader.id, term: leader.term },
      replicas: replicas.map(memberView),
      catalog: catalogMembers.map(memberView),
      cache: cacheView(
        stats,
        stats.keys.slice(-entriesShownMax).map((key) => cache.explain(key)),
      ),
    };
  }
}
