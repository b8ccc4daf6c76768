import { decodeConfiguration, encodeConfiguration, invariant } from '@quorumkit/raft';
import type { Entry, HardState, LogIndex, ReplicaId, Term } from '@quorumkit/raft';
import type { BatchPlan } from '../log-outline.js';
import type { ByteWriter } from './byte-writer.js';
import type { SnapshotRef } from './snapshot-ref.js';

/**
 * Records are the content of a frame. Each begins with its type; numbers are little-endian, indexes and terms 48 bits.
 *
 * | type | content |
 * | --- | --- |
 * | 1 hard state | term, length of votedFor (16 bits, 0xffff: none), votedFor in UTF-8 |
 * | 2 truncate | index: entries from it on are gone |
 * | 3 snapshot | index, term, bytes (48 bits), CRC-32 of the data, which is in a file of its own |
 * | 5 snapshot with members | as 3, then the length (32 bits) and the bytes of the encoded configuration |
 * | 4 entry | kind (8 bits), index, term, length of the data (32 bits), data |
 */
const recordType = { hardState: 1, truncate: 2, snapshot: 3, entry: 4, snapshotWithMembers: 5 } as const;

const snapshotBytes = 23;

const entryKinds = ['command', 'noop', 'membership'] as const;
const kindCodes: Record<Entry['kind'], number> = { command: 0, noop: 1, membership: 2 };
const noVote = 0xffff;
const entryHeadBytes = 18;

/** Writes one batch in the order in which it is to be carried out. `snapshot` names the batch's snapshot. */
export function writeBatch(out: ByteWriter, plan: BatchPlan, snapshot: SnapshotRef | undefined): void {
  const { hardState, entries } = plan.batch;
  if (hardState !== undefined) writeHardState(out, hardState);
  if (plan.truncateFrom !== undefined) {
    const at = out.claim(7);
    out.buffer[at] = recordType.truncate;
    out.buffer.writeUIntLE(plan.truncateFrom, at + 1, 6);
  }
  if (snapshot !== undefined) writeSnapshot(out, snapshot);
  for (const entry of entries) writeEntry(out, entry);
}

function writeSnapshot(out: ByteWriter, { index, term, bytes, checksum, configuration }: SnapshotRef): void {
  const members = configuration && encodeConfiguration(configuration);
  const at = out.claim(snapshotBytes + (members === undefined ? 0 : 4 + members.byteLength));
  const { buffer } = out;
  buffer[at] = members === undefined ? recordType.snapshot : recordType.snapshotWithMembers;
  buffer.writeUIntLE(index, at + 1, 6);
  buffer.writeUIntLE(term, at + 7, 6);
  buffer.writeUIntLE(bytes, at + 13, 6);
  buffer.writeUInt32LE(checksum, at + 19);
  if (members === undefined) return;
  buffer.writeUInt32LE(members.byteLength, at + snapshotBytes);
  buffer.set(members, at + snapshotBytes + 4);
}

function writeHardState(out: ByteWriter, { term, votedFor }: HardState): void {
  const name = votedFor === undefined ? undefined : Buffer.from(votedFor, 'utf8');
  invariant(name === undefined || name.length < noVote, 'a replica id has at most 128 characters');
  const at = out.claim(9 + (name?.length ?? 0));
  out.buffer[at] = recordType.hardState;
  out.buffer.writeUIntLE(term, at + 1, 6);
  out.buffer.writeUInt16LE(name?.length ?? noVote, at + 7);
  name?.copy(out.buffer, at + 9);
}

function writeEntry(out: ByteWriter, { kind, index, term, data }: Entry): void {
  const at = out.claim(entryHeadBytes + data.byteLength);
  const { buffer } = out;
  buffer[at] = recordType.entry;
  buffer[at + 1] = kindCodes[kind];
  buffer.writeUIntLE(index, at + 2, 6);
  buffer.writeUIntLE(term, at + 8, 6);
  buffer.writeUInt32LE(data.byteLength, at + 14);
  buffer.set(data, at + entryHeadBytes);
}

/** What a log is rebuilt with; each method may throw `ReplayError` when its record contradicts what came before. */
export interface RecordSink {
  hardState(hardState: HardState): void;
  truncate(from: LogIndex): void;
  snapshot(snapshot: SnapshotRef): void;
  entry(entry: Entry): void;
}

/** The checksums fit, but what the bytes say cannot be. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';

  constructor(
    readonly reason: 'contradiction' | 'missing' | 'unknownFormat',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads the records in `file` from `start` to `end`. An entry's data is a view into `file`, not a copy: a million
 * small copies cost more time and memory than the bytes between them.
 */
export function readRecords(file: Buffer, start: number, end: number, sink: RecordSink): void {
  let at = start;
  while (at < end) {
    const type = file[at];
    switch (type) {
      case recordType.entry: {
        const length = file.readUInt32LE(at + 14);
        const dataAt = at + entryHeadBytes;
        sink.entry({
          index: readUint48(file, at + 2) as LogIndex,
          term: readUint48(file, at + 8) as Term,
          kind: kindOf(file[at + 1]),
          data: new Uint8Array(file.buffer, file.byteOffset + dataAt, length),
        });
        at = dataAt + length;
        break;
      }
      case recordType.hardState: {
        const length = file.readUInt16LE(at + 7);
        const bytes = length === noVote ? 0 : length;
        const name = file.toString('utf8', at + 9, at + 9 + bytes);
        sink.hardState({
          term: readUint48(file, at + 1) as Term,
          votedFor: length === noVote ? undefined : (name as ReplicaId),
        });
        at += 9 + bytes;
        break;
      }
      case recordType.truncate:
        sink.truncate(readUint48(file, at + 1) as LogIndex);
        at += 7;
        break;
      case recordType.snapshot:
        sink.snapshot(readSnapshot(file, at));
        at += snapshotBytes;
        break;
      case recordType.snapshotWithMembers: {
        const length = file.readUInt32LE(at + snapshotBytes);
        const membersAt = at + snapshotBytes + 4;
        const configuration = decodeConfiguration(file.subarray(membersAt, membersAt + length));
        sink.snapshot({ ...readSnapshot(file, at), configuration });
        at = membersAt + length;
        break;
      }
      default:
        throw new ReplayError('unknownFormat', `there is a record of the unknown type ${type}`);
    }
  }
  if (at !== end) throw new ReplayError('contradiction', 'a record reaches beyond the end of its frame');
}

function readSnapshot(file: Buffer, at: number): SnapshotRef {
  return {
    index: readUint48(file, at + 1) as LogIndex,
    term: readUint48(file, at + 7) as Term,
    bytes: readUint48(file, at + 13),
    checksum: file.readUInt32LE(at + 19),
  };
}

// Faster than Buffer's readUIntLE(offset, 6), and this runs twice for each of a million entries.
function readUint48(file: Buffer, at: number): number {
  return file.readUInt32LE(at) + file.readUInt16LE(at + 4) * 0x1_0000_0000;
}

function kindOf(code: number | undefined): Entry['kind'] {
  const kind = code === undefined ? undefined : entryKinds[code];
  if (kind === undefined) throw new ReplayError('unknownFormat', `there is an entry of the unknown kind ${code}`);
  return kind;
}
