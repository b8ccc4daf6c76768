import type { FileOps, WritableFile } from '../file-ops.js';
import { diskError } from './simulated-disk.js';

export type FileOperation =
  | 'makeFolder'
  | 'list'
  | 'read'
  | 'open'
  | 'create'
  | 'link'
  | 'rename'
  | 'remove'
  | 'syncFolder'
  | 'write'
  | 'truncate'
  | 'syncData';

export interface FileCall {
  readonly operation: FileOperation;
  readonly path: string;
  /** 1-based count of all calls so far, this one included. */
  readonly number: number;
  /** 1-based count of the calls of this operation so far, this one included. */
  readonly ofOperation: number;
  /** For `write`: how many bytes, else 0. */
  readonly bytes: number;
  /** For `write`: where in the file, else 0. */
  readonly offset: number;
}

export type Fault =
  /** Rejects with this code; nothing was done. */
  | { readonly kind: 'fail'; readonly code: string }
  /** For `write`: only the first bytes are written, and it says so. */
  | { readonly kind: 'short'; readonly bytes: number }
  /** For `write`: only the first bytes are written, then it rejects with this code. */
  | { readonly kind: 'torn'; readonly bytes: number; readonly code: string }
  /** Waits, then does it. */
  | { readonly kind: 'delay'; readonly until: Promise<unknown> };

/** Decides for each call whether something goes wrong. */
export type FaultPlan = (call: FileCall) => Fault | undefined;

/** File operations that count and, as a plan says, fail. Wraps the real disk or a simulated one. */
export class FaultyFileOps implements FileOps {
  readonly #inner: FileOps;
  readonly #counts = new Map<FileOperation, number>();
  #calls = 0;
  plan: FaultPlan;

  constructor(inner: FileOps, plan: FaultPlan = () => undefined) {
    this.#inner = inner;
    this.plan = plan;
  }

  get calls(): number {
    return this.#calls;
  }

  count(operation: FileOperation): number {
    return this.#counts.get(operation) ?? 0;
  }

  makeFolder(path: string): Promise<void> {
    return this.#call('makeFolder', path, () => this.#inner.makeFolder(path));
  }

  list(folder: string): Promise<string[]> {
    return this.#call('list', folder, () => this.#inner.list(folder));
  }

  read(path: string): Promise<Buffer> {
    return this.#call('read', path, () => this.#inner.read(path));
  }

  open(path: string): Promise<WritableFile> {
    return this.#call('open', path, async () => this.#fileOf(path, await this.#inner.open(path)));
  }

  create(path: string): Promise<WritableFile> {
    return this.#call('create', path, async () => this.#fileOf(path, await this.#inner.create(path)));
  }

  link(path: string, newPath: string): Promise<void> {
    return this.#call('link', newPath, () => this.#inner.link(path, newPath));
  }

  rename(path: string, newPath: string): Promise<void> {
    return this.#call('rename', newPath, () => this.#inner.rename(path, newPath));
  }

  remove(path: string): Promise<void> {
    return this.#call('remove', path, () => this.#inner.remove(path));
  }

  syncFolder(path: string): Promise<void> {
    return this.#call('syncFolder', path, () => this.#inner.syncFolder(path));
  }

  #fileOf(path: string, file: WritableFile): WritableFile {
    return {
      write: (bytes, offset) =>
        this.#call(
          'write',
          path,
          () => file.write(bytes, offset),
          { bytes: bytes.byteLength, offset },
          (first) => file.write(bytes.subarray(0, first), offset),
        ),
      truncate: (bytes) => this.#call('truncate', path, () => file.truncate(bytes)),
      syncData: () => this.#call('syncData', path, () => file.syncData()),
      close: () => file.close(),
    };
  }

  async #call<T>(
    operation: FileOperation,
    path: string,
    run: () => Promise<T>,
    extent = { bytes: 0, offset: 0 },
    runPart?: (bytes: number) => Promise<T>,
  ): Promise<T> {
    this.#calls += 1;
    const ofOperation = this.count(operation) + 1;
    this.#counts.set(operation, ofOperation);
    const fault = this.plan({ operation, path, number: this.#calls, ofOperation, ...extent });
    switch (fault?.kind) {
      case undefined:
        return run();
      case 'fail':
        throw diskError(fault.code, path);
      case 'short':
        return (runPart ?? run)(fault.bytes);
      case 'torn':
        await runPart?.(fault.bytes);
        throw diskError(fault.code, path);
      case 'delay':
        await fault.until;
        return run();
    }
  }
}
