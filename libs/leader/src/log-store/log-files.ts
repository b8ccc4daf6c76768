import { join } from 'node:path';
import type { SnapshotRef } from './format/snapshot-ref.js';

/** The names of one group's files in its data folder. */
export class LogFiles {
  constructor(
    readonly folder: string,
    readonly group: string,
  ) {}

  /** Not true names yet: a crash leaves them behind, and the next start removes them. */
  static temporary(path: string): string {
    return `${path}.tmp`;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  segment(number: number): string {
    return this.path(`${this.group}.${String(number).padStart(8, '0')}.wal`);
  }

  /** The checksum is part of the name, so that a name stands for the same bytes for ever. */
  snapshot({ index, term, checksum }: SnapshotRef): string {
    const sum = checksum.toString(16).padStart(8, '0');
    return this.path(`${this.group}.${index}-${term}-${sum}.snapshot`);
  }

  acknowledged(): string {
    return this.path(`${this.group}.acknowledged`);
  }

  /** Says that the log beside it is lost and makes room for another. */
  setAside(): string {
    return this.path(`${this.group}.set-aside`);
  }

  /** Holds a part of the log, or what a crash left of one. */
  isLogFile(name: string): boolean {
    const isNote = this.path(name) === this.acknowledged();
    return isNote || this.isTemporary(name) || this.isSnapshot(name) || this.segmentNumber(name) !== undefined;
  }

  /** The segment number that a file name stands for, or undefined. */
  segmentNumber(name: string): number | undefined {
    const digits = this.#between(name, '.wal');
    return digits !== undefined && /^\d{8,}$/.test(digits) ? Number(digits) : undefined;
  }

  isSnapshot(name: string): boolean {
    return /^\d+-\d+-[0-9a-f]{8}$/.test(this.#between(name, '.snapshot') ?? '');
  }

  /** Not those of locks: they may belong to a process that is asking for the folder right now. */
  isTemporary(name: string): boolean {
    const inner = this.#between(name, '.tmp');
    return inner !== undefined && !inner.startsWith('lock-');
  }

  #between(name: string, suffix: string): string | undefined {
    const prefix = `${this.group}.`;
    const fits = name.startsWith(prefix) && name.endsWith(suffix) && name.length > prefix.length + suffix.length;
    return fits ? name.slice(prefix.length, -suffix.length) : undefined;
  }
}
