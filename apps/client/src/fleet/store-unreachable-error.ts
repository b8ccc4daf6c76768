/** The list of products could not be had, so no session was started. */
export class StoreUnreachableError extends Error {
  override readonly name = 'StoreUnreachableError';
  readonly code = 'STORE_UNREACHABLE';
  readonly definite = true;
  readonly url: string;

  constructor(url: string, detail: string, options?: ErrorOptions) {
    super(
      `No store serves products at ${url}: ${detail.replace(/\.$/, '')}. Nothing was ordered. Start one (npm start), or say where it is with --url.`,
      options,
    );
    this.url = url;
  }
}
