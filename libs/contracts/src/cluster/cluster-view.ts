import { productsMax } from '../products/product-view.js';
import {
  FlagProperty,
  IntegerProperty,
  ListProperty,
  MessageProperty,
  OneOfProperty,
  ProductNameProperty,
  TextProperty,
} from '../validation/property.js';

/** `status`: it answered; `gone`: it refuses connections; `silent`: it gave no usable answer in time. */
export const memberAnswers = ['status', 'gone', 'silent'] as const;
export type MemberAnswer = (typeof memberAnswers)[number];

/** Most members that a group has, learners among them. */
const membersMax = 32;
const nameLengthMax = 64;

/** One member of a group as it described itself just now; what it did not say is null. No address is in it. */
export class MemberView {
  @TextProperty({ lengthMax: nameLengthMax })
  id!: string;

  @IntegerProperty()
  priority!: number;

  @OneOfProperty(['voter', 'learner', 'returning'])
  kind!: 'voter' | 'learner' | 'returning';

  @OneOfProperty(memberAnswers)
  answer!: MemberAnswer;

  @TextProperty({ lengthMax: nameLengthMax, nullable: true })
  role!: string | null;

  @IntegerProperty({ nullable: true })
  term!: number | null;

  @TextProperty({ lengthMax: nameLengthMax, nullable: true, description: 'whom it follows' })
  leader!: string | null;

  @IntegerProperty({ nullable: true })
  lastLogIndex!: number | null;

  @IntegerProperty({ nullable: true })
  commitIndex!: number | null;

  @IntegerProperty({ nullable: true })
  appliedIndex!: number | null;

  @FlagProperty({ description: 'its disk has no space' })
  isDiskFull!: boolean;
}

/** Whom the frontend sends orders to; that it knows none does not mean that there is none. */
export class LeaderView {
  @TextProperty({ lengthMax: nameLengthMax })
  id!: string;

  @IntegerProperty()
  term!: number;
}

/** One product in the frontend's cache. */
export class CachedProductView {
  @ProductNameProperty()
  name!: string;

  @IntegerProperty({ description: "the catalog's boot that the value is from" })
  epoch!: number;

  @IntegerProperty({ description: "the catalog's log position that the value is from" })
  sequence!: number;

  @IntegerProperty({ description: 'ms since it was read from the catalog' })
  ageMs!: number;
}

/** The frontend's cache: what it holds, by whose leave, and counts since the process started. */
export class CacheView {
  @IntegerProperty()
  capacity!: number;

  @FlagProperty({ description: 'without a lease nothing is answered from the cache' })
  isLeaseInForce!: boolean;

  @IntegerProperty({ description: '0 when no lease is in force' })
  leaseRemainingMs!: number;

  @IntegerProperty({ nullable: true, description: "the catalog's boot that gave the lease; null without a session" })
  epoch!: number | null;

  @IntegerProperty({ description: 'how many products it holds' })
  entryCount!: number;

  @ListProperty(CachedProductView, {
    countMax: productsMax,
    description: 'the one that leaves first comes first; of a large cache those that leave last',
  })
  entries!: CachedProductView[];

  @IntegerProperty()
  hits!: number;

  @IntegerProperty()
  misses!: number;

  @IntegerProperty({ description: 'requests that waited for a load that was under way' })
  joined!: number;

  @IntegerProperty({ description: 'requests that went to the catalog because no lease was in force' })
  passed!: number;

  @IntegerProperty({ description: "the catalog's, whichever way they came" })
  invalidations!: number;

  @IntegerProperty()
  evictions!: number;

  @IntegerProperty({ description: 'loads that an invalidation had overtaken, and that were not stored' })
  staleFillsPrevented!: number;
}

/** The running store as one frontend sees it. Members answer in moments of their own; nothing here is a vote. */
export class ClusterView {
  @TextProperty({ lengthMax: nameLengthMax, description: 'the frontend that answers' })
  frontend!: string;

  @MessageProperty(LeaderView, { nullable: true })
  leader!: LeaderView | null;

  @ListProperty(MemberView, { countMax: membersMax })
  replicas!: MemberView[];

  @ListProperty(MemberView, { countMax: membersMax, description: 'the members of the group that owns the stock' })
  catalog!: MemberView[];

  @MessageProperty(CacheView)
  cache!: CacheView;
}

/** `GET /lab/cluster` on the public port. */
export class ClusterAnswer {
  @MessageProperty(ClusterView)
  data!: ClusterView;
}
