import type { CacheKey, CoherentCache } from '@quorumkit/cache';
import type { LeaderDirectory, MemberReport } from '@quorumkit/leader';
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

/** Members are asked no more often, however many people watch. */
export const surveyIntervalMs = 250;

interface Survey {
  readonly begunAt: number;
  readonly reports: Promise<readonly [orders: readonly MemberReport[], catalog: readonly MemberReport[]]>;
}

/**
 * The running store as this frontend sees it. Members' answers are at most `surveyIntervalMs` older than the question,
 * leader and cache are of the moment of the answer. Changes nothing; never rejects.
 */
export class ClusterWatch {
  readonly #options: ClusterWatchOptions;
  readonly #clock: () => number;
  #survey: Survey | undefined;

  constructor(options: ClusterWatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  async view(): Promise<ClusterView> {
    const [replicas, catalog] = await this.#latestSurvey().reports;
    const { frontend, orders, cache } = this.#options;
    const leader = orders.current();
    const stats = cache.stats();
    return {
      frontend,
      leader: leader === undefined ? null : { id: leader.id, term: leader.term },
      replicas: replicas.map(memberView),
      catalog: catalog.map(memberView),
      cache: cacheView(
        stats,
        stats.keys.map((key) => cache.explain(key)),
      ),
    };
  }

  explain(key: CacheKey): ExplanationView {
    return explanationView(this.#options.cache.explain(key));
  }

  #latestSurvey(): Survey {
    const now = this.#clock();
    if (this.#survey === undefined || now - this.#survey.begunAt >= surveyIntervalMs) {
      const { orders, catalog } = this.#options;
      this.#survey = { begunAt: now, reports: Promise.all([orders.survey(), catalog.survey()]) };
    }
    return this.#survey;
  }
}
