/** The initial stock cannot be used. Nothing was loaded. */
export class ToysFileError extends Error {
  override readonly name = 'ToysFileError';
  readonly code = 'TOYS_FILE_INVALID';
  readonly definite = true;

  constructor(
    readonly path: string,
    readonly problems: readonly string[],
    options?: ErrorOptions,
  ) {
    super([`The initial stock ${path} cannot be used; nothing was loaded:`, ...problems.map((problem) => `  ${problem}`)].join('\n'), options);
  }
}
