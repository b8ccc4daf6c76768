import { readFile } from 'node:fs/promises';
import type { InitialStock } from '@toystore/protocol/catalog';
import { parseToys, type Toy } from './toys-csv.js';
import { ToysFileError } from './toys-file-error.js';

/** The initial stock in a CSV file. */
export class ToysFile implements InitialStock {
  constructor(private readonly path: string) {}

  async read(): Promise<readonly Toy[]> {
    const file = parseToys(await this.text());
    if (file.kind === 'invalid') throw new ToysFileError(this.path, file.problems);
    return file.toys;
  }

  private async text(): Promise<string> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (cause) {
      const where = cause instanceof Error ? cause.message : String(cause);
      throw new ToysFileError(this.path, [{ where, wanted: 'a file that can be read' }], { cause });
    }
  }
}
