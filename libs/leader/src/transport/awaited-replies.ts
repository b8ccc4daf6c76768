interface Awaiting {
  readonly since: number;
  readonly answer: (body: Buffer | undefined) => void;
}

/**
 * Requests of one peer whose answers the core has not given yet. Bounded: above the limit, or when the core stays
 * silent for too long, the oldest is answered with nothing.
 */
export class AwaitedReplies {
  // In order of arrival, so that the oldest is always the first.
  private readonly awaiting = new Map<number, Awaiting>();

  constructor(
    private readonly limits: { readonly countMax: number; readonly patienceMs: number },
    private readonly now: () => number,
  ) {}

  get size(): number {
    return this.awaiting.size;
  }

  expect(requestId: number): Promise<Buffer | undefined> {
    // A sender that was restarted counts from the beginning again.
    this.take(requestId)?.answer(undefined);
    this.dropStale();
    return new Promise((resolve) => this.awaiting.set(requestId, { since: this.now(), answer: resolve }));
  }

  /** Whether somebody waited for it. Without a body it is an answer that there will be none. */
  answer(requestId: number, body: Buffer | undefined): boolean {
    const awaiting = this.take(requestId);
    awaiting?.answer(body);
    return awaiting !== undefined;
  }

  answerAllWithNothing(): void {
    for (const requestId of [...this.awaiting.keys()]) this.take(requestId)?.answer(undefined);
  }

  private take(requestId: number): Awaiting | undefined {
    const awaiting = this.awaiting.get(requestId);
    this.awaiting.delete(requestId);
    return awaiting;
  }

  private dropStale(): void {
    const now = this.now();
    for (const [requestId, { since, answer }] of this.awaiting) {
      if (this.awaiting.size < this.limits.countMax && now - since < this.limits.patienceMs) return;
      this.awaiting.delete(requestId);
      answer(undefined);
    }
  }
}
