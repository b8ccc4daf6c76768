/** What became of the reads at one frontend. */
export interface FrontendReads {
  /** Answers with stock that were held against the changes. */
  checked: number;
  /** Of these, the ones that its cache answered. */
  hits: number;
  /** Of these, the ones sent right after a sale or a restocking of the product was acknowledged. */
  afterChange: number;
  /** Of these, the ones that waited for their answer longer than {@link lateMs}. */
  late: number;
  /** Answered with something else than a product: 503 while the catalog is out of reach. */
  refused: number;
  /** Sent on a connection that ended before the answer. */
  unanswered: number;
}

/** Longer than a lease: what was asked for before the frontend stood still, or while it did. */
export const lateMs = 2_000;
const wrongShownMax = 50;

/** Counts every read of a run and keeps the wrong ones. */
export class ReadTally {
  private readonly frontends = new Map<string, FrontendReads>();
  /** The first ones, in words. */
  readonly wrong: string[] = [];
  wrongCount = 0;
  checked = 0;

  at(frontend: string): FrontendReads {
    let reads = this.frontends.get(frontend);
    if (reads === undefined) {
      reads = { checked: 0, hits: 0, afterChange: 0, late: 0, refused: 0, unanswered: 0 };
      this.frontends.set(frontend, reads);
    }
    return reads;
  }

  noteWrong(sentence: string): void {
    this.wrongCount += 1;
    if (this.wrong.length < wrongShownMax) this.wrong.push(sentence);
  }

  byFrontend(): Readonly<Record<string, FrontendReads>> {
    return Object.fromEntries(this.frontends);
  }
}
