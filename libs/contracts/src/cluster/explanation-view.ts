import {
  IntegerProperty,
  ListProperty,
  MessageProperty,
  OneOfProperty,
  ProductNameProperty,
  TextProperty,
} from '../validation/property.js';

/** What a request would meet. `pass`: it goes to the catalog, because no lease is in force. */
export const servings = ['hit', 'negative-hit', 'stale-hit', 'join', 'load', 'pass'] as const;
export type Serving = (typeof servings)[number];

const sentenceLengthMax = 1024;
/** There are fewer ways that a request can go. */
const waysMax = 32;

/** What became of requests for a product, all of those that went the same way. */
export class PastRequestsView {
  @OneOfProperty(['hit', 'miss', 'bypass', 'error'])
  outcome!: 'hit' | 'miss' | 'bypass' | 'error';

  @TextProperty({ lengthMax: sentenceLengthMax, description: 'one sentence' })
  because!: string;

  @IntegerProperty()
  count!: number;

  @IntegerProperty({ description: 'ms since the latest of them' })
  lastAgoMs!: number;
}

/** Why one frontend's cache would answer a request for a product as it would, now, and what became of those before. */
export class ExplanationView {
  @ProductNameProperty()
  name!: string;

  @OneOfProperty(servings)
  wouldServe!: Serving;

  @TextProperty({ lengthMax: sentenceLengthMax, description: 'one sentence' })
  because!: string;

  @TextProperty({ lengthMax: 64, nullable: true, description: '`epoch.sequence` of what is held' })
  version!: string | null;

  @TextProperty({ lengthMax: 64, description: '`epoch.sequence`; loads that bring less are not stored' })
  floor!: string;

  @IntegerProperty({ nullable: true, description: 'ms since what is held was read; null when nothing is' })
  ageMs!: number | null;

  @ListProperty(PastRequestsView, { countMax: waysMax, description: 'the way of the latest request first' })
  pastRequests!: PastRequestsView[];
}

/** `GET /lab/explain/:name` on the public port. */
export class ExplanationAnswer {
  @MessageProperty(ExplanationView)
  data!: ExplanationView;
}
