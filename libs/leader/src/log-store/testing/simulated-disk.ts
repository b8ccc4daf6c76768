import { basename, dirname } from 'node:path';
import type { ProcessIdentity, ProcessTable } from '../lock/process-table.js';
import type { FileOps, WritableFile } from '../file-ops.js';

/** One file's bytes: as the process sees them, and as they are on the platter. */
interface Inode {
  cached: Buffer;
  synced: Buffer;
  /** Blocks that a sync would write. After a failed sync they are clean although they were not written. */
  readonly dirty: Set<number>;
}

/** What of the unsynced changes a power failure leaves: a number in [0, 1) for each decision; below ½ it survives. */
export type CrashLottery = () => number;

/** Nothing that was not synced survives: the harshest disk. */
export const keepNothing: CrashLottery = () => 1;

/**
 * A disk in memory that forgets in a crash what was not synced: contents until `syncData` of the file, names until
 * `syncFolder`. What is unsynced may also survive in part, block by block, in any order; a lottery decides.
 * One folder deep; paths are taken literally.
 */
export class SimulatedDisk implements FileOps {
  /** Written in pieces of this size: a torn write keeps some of them. Real disks: 512 or 4096. */
  readonly #blockBytes: number;
  readonly #cachedNames = new Map<string, Inode>();
  readonly #syncedNames = new Map<string, Inode>();
  #incarnation = 1;

  constructor(options: { readonly blockBytes?: number } = {}) {
    this.#blockBytes = options.blockBytes ?? 64;
  }

  /** Each incarnation between two crashes is a process of its own; those before the last crash are dead. */
  readonly processes: ProcessTable = {
    self: () => this.#identity(this.#incarnation),
    look: (pid) => (pid === this.#incarnation ? { kind: 'running', started: `${pid}` } : { kind: 'gone' }),
  };

  #identity(incarnation: number): ProcessIdentity {
    return { pid: incarnation, host: 'simulated', started: `${incarnation}`, boot: 'simulated' };
  }

  /** All files as they are now, for tests that damage them. */
  contents(): Map<string, Buffer> {
    return new Map([...this.#cachedNames].map(([path, inode]) => [path, Buffer.from(inode.cached)]));
  }

  /** Puts a file there, or other bytes into it, as if they had always been there. */
  overwrite(path: string, bytes: Uint8Array): void {
    const inode = { cached: Buffer.from(bytes), synced: Buffer.from(bytes), dirty: new Set<number>() };
    this.#cachedNames.set(path, inode);
    this.#syncedNames.set(path, inode);
  }

  erase(path: string): void {
    this.#cachedNames.delete(path);
    this.#syncedNames.delete(path);
  }

  /** A disk with the same files, independent from now on; its next process is a new one. */
  copy(): SimulatedDisk {
    const copy = new SimulatedDisk({ blockBytes: this.#blockBytes });
    copy.#incarnation = this.#incarnation + 1;
    for (const [path, inode] of this.#cachedNames) copy.overwrite(path, inode.cached);
    return copy;
  }

  /** The process is killed, the machine lives: the cache is still there. Files that are open become useless. */
  kill(): void {
    this.#incarnation += 1;
  }

  /** The machine loses power. */
  crash(lottery: CrashLottery = keepNothing): void {
    this.kill();
    const survives = (): boolean => lottery() < 0.5;
    for (const path of new Set([...this.#cachedNames.keys(), ...this.#syncedNames.keys()])) {
      const isChanged = this.#cachedNames.get(path) !== this.#syncedNames.get(path);
      const from = isChanged && survives() ? this.#cachedNames : this.#syncedNames;
      const inode = from.get(path);
      this.#place(path, inode && this.#afterCrash(inode, survives));
    }
  }

  #place(path: string, bytes: Buffer | undefined): void {
    if (bytes === undefined) this.erase(path);
    else this.overwrite(path, bytes);
  }

  #afterCrash(inode: Inode, survives: () => boolean): Buffer {
    const size = inode.cached.length === inode.synced.length || survives() ? inode.cached.length : inode.synced.length;
    const bytes = Buffer.alloc(size);
    for (let start = 0; start < size; start += this.#blockBytes) {
      const end = Math.min(size, start + this.#blockBytes);
      const cached = inode.cached.subarray(start, end);
      const synced = inode.synced.subarray(start, end);
      (cached.equals(synced) || survives() ? cached : synced).copy(bytes, start);
    }
    return bytes;
  }

  async makeFolder(): Promise<void> {}

  async list(folder: string): Promise<string[]> {
    return [...this.#cachedNames.keys()].filter((path) => dirname(path) === folder).map((path) => basename(path));
  }

  async read(path: string): Promise<Buffer> {
    return Buffer.from(this.#find(path).cached);
  }

  async open(path: string): Promise<WritableFile> {
    return this.#fileOf(this.#find(path));
  }

  async create(path: string): Promise<WritableFile> {
    if (this.#cachedNames.has(path)) throw diskError('EEXIST', path);
    const inode = { cached: Buffer.alloc(0), synced: Buffer.alloc(0), dirty: new Set<number>() };
    this.#cachedNames.set(path, inode);
    return this.#fileOf(inode);
  }

  async link(path: string, newPath: string): Promise<void> {
    if (this.#cachedNames.has(newPath)) throw diskError('EEXIST', newPath);
    this.#cachedNames.set(newPath, this.#find(path));
  }

  async rename(path: string, newPath: string): Promise<void> {
    this.#cachedNames.set(newPath, this.#find(path));
    this.#cachedNames.delete(path);
  }

  async remove(path: string): Promise<void> {
    this.#find(path);
    this.#cachedNames.delete(path);
  }

  async syncFolder(folder: string): Promise<void> {
    for (const path of this.#syncedNames.keys()) if (dirname(path) === folder) this.#syncedNames.delete(path);
    for (const [path, inode] of this.#cachedNames) if (dirname(path) === folder) this.#syncedNames.set(path, inode);
  }

  /** What Linux does with the pages when a sync fails: it takes them for clean, and the next sync says "fine". */
  failSync(path: string): void {
    this.#find(path).dirty.clear();
  }

  #markDirty(inode: Inode, start: number, end: number): void {
    for (let block = Math.floor(start / this.#blockBytes); block * this.#blockBytes < end; block++)
      inode.dirty.add(block);
  }

  #sync(inode: Inode): void {
    const synced = Buffer.concat([inode.synced], inode.cached.length);
    for (const block of inode.dirty) {
      const start = block * this.#blockBytes;
      if (start < synced.length) inode.cached.copy(synced, start, start, start + this.#blockBytes);
    }
    inode.synced = synced;
    inode.dirty.clear();
  }

  #find(path: string): Inode {
    const inode = this.#cachedNames.get(path);
    if (inode === undefined) throw diskError('ENOENT', path);
    return inode;
  }

  #fileOf(inode: Inode): WritableFile {
    const openedBy = this.#incarnation;
    const alive = (): void => {
      if (this.#incarnation !== openedBy) throw diskError('EBADF', 'a file that was opened before the crash');
    };
    return {
      write: async (bytes, offset) => {
        alive();
        if (inode.cached.length < offset + bytes.byteLength) {
          inode.cached = Buffer.concat([inode.cached], offset + bytes.byteLength);
        }
        inode.cached.set(bytes, offset);
        this.#markDirty(inode, offset, offset + bytes.byteLength);
        return bytes.byteLength;
      },
      truncate: async (bytes) => {
        alive();
        this.#markDirty(inode, bytes, inode.cached.length);
        inode.cached = Buffer.concat([inode.cached], bytes);
      },
      syncData: async () => {
        alive();
        this.#sync(inode);
      },
      close: async () => undefined,
    };
  }
}

export function diskError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: simulated, '${path}'`), { code });
}
