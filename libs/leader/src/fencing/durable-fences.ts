import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Fence } from '../election/election.js';
import { InvalidOptionsError } from '../errors/leader-errors.js';
import { errorCodeOf } from '../log-store/error-code.js';
import { StorageDamagedError } from '../log-store/errors.js';
import type { FileOps } from '../log-store/file-ops.js';
import { nodeFileOps } from '../log-store/node-file-ops.js';
import { replaceFileAgain } from '../log-store/replace-file.js';
import { withStorageErrors } from '../log-store/storage-errors.js';
import type { FenceKeeper } from './fence-keeper.js';
import { refuseFence, termJumpMaxDefault } from './refuse-fence.js';

/** The file's content: the terms by group, and their CRC-32. */
interface FencesFile {
  readonly format: 1;
  readonly highest: Readonly<Record<string, number>>;
  readonly checksum: number;
}

export interface DurableFencesOptions {
  /** Default: the real disk. */
  readonly files?: FileOps;
  /** As in `FencesModuleOptions`. */
  readonly termJumpMax?: number;
}

/**
 * The highest term seen per group, in one small file that is replaced atomically.
 *
 * Promise: when `admit` resolves, its term survives a crash of the process and of the machine: a lower one is refused
 * for ever. A new term costs one write and one sync, whoever comes meanwhile with the same term shares them; calls of
 * a term that is known already cost nothing.
 * Non-promise: that no call of a lower term is under way. It was admitted before the higher one came. Nor that the
 * caller is who it says: a term is believed for ever, so only authenticated calls may get here.
 *
 * After a write that failed the call is refused with `StorageFailedError` and the next one tries with a new file, so
 * that no failed fsync is ever relied on; older terms stay refused meanwhile.
 */
export class DurableFences implements FenceKeeper {
  private durable: ReadonlyMap<string, number>;
  private readonly seen: Map<string, number>;
  private writing: Promise<void> | undefined;

  private constructor(
    private readonly path: string,
    private readonly files: FileOps,
    private readonly termJumpMax: number,
    highest: ReadonlyMap<string, number>,
  ) {
    this.durable = highest;
    this.seen = new Map(highest);
  }

  /**
   * @param folder holds `fences.json`; made at the first write. One process at a time.
   * @throws InvalidOptionsError; StorageDamagedError when the file is there and is not what was written
   */
  static async open(folder: string, options: DurableFencesOptions = {}): Promise<DurableFences> {
    const { files = nodeFileOps, termJumpMax = termJumpMaxDefault } = options;
    const problems = [
      ...(folder.length > 0 ? [] : ['dataDir: a folder is needed']),
      ...(Number.isSafeInteger(termJumpMax) && termJumpMax >= 1
        ? []
        : [`termJumpMax: an integer 1–${Number.MAX_SAFE_INTEGER} is needed, got ${termJumpMax}`]),
    ];
    if (problems.length > 0) throw new InvalidOptionsError('DurableFences', problems);
    const path = join(folder, 'fences.json');
    const disk = withStorageErrors(files);
    return new DurableFences(path, disk, termJumpMax, await readFences(path, files, disk));
  }

  async admit(fence: Fence): Promise<void> {
    const { group, term } = fence;
    this.refuse(fence);
    // At once, before it is durable: from here on nobody with an older term gets past.
    this.seen.set(group, term);
    while (term > (this.durable.get(group) ?? 0)) await (this.writing ??= this.write());
    this.refuse(fence);
  }

  highest(group: string): number {
    return this.seen.get(group) ?? 0;
  }

  private refuse(fence: Fence): void {
    refuseFence(fence, { highest: this.highest(fence.group), termJumpMax: this.termJumpMax });
  }

  private async write(): Promise<void> {
    try {
      const writes = new Map(this.seen);
      await this.files.makeFolder(dirname(this.path));
      await replaceFileAgain(this.files, this.path, encode(writes), `${this.path}.tmp`);
      this.durable = writes;
    } finally {
      this.writing = undefined;
    }
  }
}

function encode(highest: ReadonlyMap<string, number>): Buffer {
  const terms = Object.fromEntries(highest);
  const content: FencesFile = { format: 1, highest: terms, checksum: crc32(JSON.stringify(terms)) };
  return Buffer.from(`${JSON.stringify(content)}\n`, 'utf8');
}

async function readFences(path: string, files: FileOps, disk: FileOps): Promise<ReadonlyMap<string, number>> {
  if (!(await isThere(path, files))) return new Map();
  const content = parse((await disk.read(path)).toString('utf8'));
  if (content === undefined) {
    throw new StorageDamagedError(
      'checksum',
      path,
      0,
      'these are not the terms that were written',
      {},
      'Without it a deposed leader could be obeyed once more. When every leader of before this start is gone for ' +
        'certain, remove the file; the first call sets the terms anew.',
    );
  }
  return new Map(Object.entries(content.highest));
}

async function isThere(path: string, files: FileOps): Promise<boolean> {
  try {
    return (await files.list(dirname(path))).includes(basename(path));
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function parse(text: string): FencesFile | undefined {
  let value: Partial<FencesFile> | null;
  try {
    value = JSON.parse(text) as Partial<FencesFile> | null;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (value?.format !== 1 || typeof value.highest !== 'object') return undefined;
  return value.checksum === crc32(JSON.stringify(value.highest)) ? (value as FencesFile) : undefined;
}
