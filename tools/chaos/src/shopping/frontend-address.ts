/** One frontend of the store: its name in the lab and its public address. */
export interface FrontendAddress {
  readonly name: string;
  readonly url: string;
}
