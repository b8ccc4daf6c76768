/** One failure may be a connection that died while idle; two in a row are a catalog that does not answer. */
const failuresToGiveUp = 2;

/**
 * What the leader believes about the catalog, from its own calls. While it is believed unreachable new orders are
 * refused before anything is written: an intent could only wait, and its shopper would not know for what.
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

  failed(): void {
    this.failures += 1;
  }
}
