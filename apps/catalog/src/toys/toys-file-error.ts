import { InitialStockError } from '@toystore/protocol/catalog';
import type { ToyProblem } from './toys-csv.js';

/** The initial stock cannot be used. Nothing was loaded. */
export class ToysFileError extends InitialStockError {
  override readonly name = 'ToysFileError';
  readonly code = 'TOYS_FILE_INVALID';

  constructor(
    readonly path: string,
    readonly problems: readonly ToyProblem[],
    options?: ErrorOptions,
  ) {
    const lines = problems.map(({ where, wanted }) => `  ${where}: it must be ${wanted}`);
    super([`The initial stock ${path} cannot be used; nothing was loaded:`, ...lines].join('\n'), options);
  }
}
