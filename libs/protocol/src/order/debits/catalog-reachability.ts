/** One failure may be a connection that died while it was idle; two in a row are a catalog that is not there. */
const failuresToGiveUp = 2;

/**
 * What the leader believes about the catalog, from its own calls. While it is believed unreachable, new orders are
 * refused before anything is written: their intents could only wait, and so could their shoppers.
 */
export class CatalogReachability {
  private failures = 0;

  get consecutiveFailures(): number {
    return this.failures;
  }

  get isReachable(): boolean {
    return this.failures < failuresToGiveUp;
  }

  succeeded(): void {
    this.failures = 0;
  }

  /** The call failed at once. */
  failed(): void {
    this.failures += 1;
  }

  /** The call was not answered in all its time, which no idle connection explains. */
  stayedSilent(): void {
    this.failures = Math.max(this.failures + 1, failuresToGiveUp);
  }
}
