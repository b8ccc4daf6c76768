/** Options that cannot work. Names every problem at once; nothing was started. */
export class CacheOptionsError extends Error {
  override readonly name = 'CacheOptionsError';
  readonly code = 'cache_options_invalid';
  readonly definite = true;

  constructor(
    readonly module: string,
    readonly problems: readonly string[],
  ) {
    super(`${module} cannot start with these options:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}
