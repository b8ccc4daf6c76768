/**
 * A position in the catalog's history: of what was shown, when the catalog read it; of a change, when it was applied. Ordered
 * by epoch, then sequence.
 */
export interface CatalogVersion {
  readonly epoch: number;
  readonly sequence: number;
}

/** `<epoch>;<sequence>` of the answer to an order; `<epoch>.<sequence>` at the start of an entity tag. */
const written = /^"?(\d{1,15})[;.](\d{1,15})(?!\d)/;

/** Undefined when the text is no version, or there is none. */
export function parseVersion(text: string | undefined): CatalogVersion | undefined {
  const found = text === undefined ? null : written.exec(text);
  return found === null ? undefined : { epoch: Number(found[1]), sequence: Number(found[2]) };
}

export function isOlder(one: CatalogVersion, other: CatalogVersion): boolean {
  return one.epoch === other.epoch ? one.sequence < other.sequence : one.epoch < other.epoch;
}

/** As in an entity tag: `3.41`. */
export function versionText({ epoch, sequence }: CatalogVersion): string {
  return `${epoch}.${sequence}`;
}
