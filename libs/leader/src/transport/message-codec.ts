import {
  type AppendRequest,
  type Configuration,
  type Entry,
  type Envelope,
  type LogIndex,
  type Message,
  type ReplicaId,
  type Term,
  decodeConfiguration,
  encodeConfiguration,
  unreachable,
} from '@quorumkit/raft';
import { FrameReader, FrameWriter, MalformedMessageError } from './byte-frame.js';

/*
 * One message in bytes, big-endian:
 *
 *   'Q' version kind from to requestId:8 term:8 …fields of the kind
 *
 * Version 2 is version 1 and then what only a group needs that has changed its members: the store id:8 of an answer or a
 * heartbeat, the configuration (length:4) of a snapshot. Messages without it stay version 1, so that a group can be
 * upgraded one replica at a time.
 *
 * from and to are short strings (length:1). An entry is term:8 kind:1 length:4 data; its index follows from
 * prevLogIndex, so a frame cannot express a gap. There is no checksum: TCP has one, and entries carry their own on disk.
 */
const magic = 0x51;
const version = 1;
const extendedVersion = 2;

const kinds = [
  'preVoteRequest',
  'preVoteResponse',
  'voteRequest',
  'voteResponse',
  'appendRequest',
  'appendResponse',
  'heartbeatRequest',
  'heartbeatResponse',
  'snapshotRequest',
  'snapshotResponse',
  'timeoutNowRequest',
  'timeoutNowResponse',
] as const satisfies readonly Message['kind'][];
const kindCodes = new Map<Message['kind'], number>(kinds.map((kind, code) => [kind, code]));

const entryKinds = ['command', 'noop', 'membership'] as const satisfies readonly Entry['kind'][];
const entryHeaderBytes = 8 + 1 + 4;

const encodedIds = new Map<string, Buffer>();
const encodedIdsMax = 1024;

// Ids come from a short configured list; encoding them anew for each message would be most of a heartbeat's cost.
function encodedId(id: string): Buffer {
  let encoded = encodedIds.get(id);
  if (encoded === undefined) {
    encoded = Buffer.from(id, 'utf8');
    if (encodedIds.size < encodedIdsMax) encodedIds.set(id, encoded);
  }
  return encoded;
}

function bodyBytes(message: Message): number {
  switch (message.kind) {
    case 'preVoteRequest':
      return 16;
    case 'voteRequest':
      return 17;
    case 'preVoteResponse':
    case 'voteResponse':
      return 1;
    case 'appendRequest':
      return 28 + message.entries.reduce((bytes, entry) => bytes + entryHeaderBytes + entry.data.length, 0);
    case 'appendResponse':
      return (
        1 +
        (message.matchIndex === undefined ? 0 : 8) +
        (message.conflict === undefined ? 0 : message.conflict.term === undefined ? 8 : 16)
      );
    case 'heartbeatRequest':
    case 'snapshotResponse':
      return 8;
    case 'snapshotRequest':
      return 40 + message.chunk.length;
    case 'heartbeatResponse':
    case 'timeoutNowRequest':
    case 'timeoutNowResponse':
      return 0;
    default:
      return unreachable(message);
  }
}

const hasMatch = 1;
const hasConflict = 2;
const hasConflictTerm = 4;

function writeBody(frame: FrameWriter, message: Message): FrameWriter {
  switch (message.kind) {
    case 'preVoteRequest':
      return frame.u53(message.lastLogIndex).u53(message.lastLogTerm);
    case 'voteRequest':
      return frame.u53(message.lastLogIndex).u53(message.lastLogTerm).u8(Number(message.leadershipTransfer));
    case 'preVoteResponse':
    case 'voteResponse':
      return frame.u8(Number(message.granted));
    case 'appendRequest':
      frame.u53(message.prevLogIndex).u53(message.prevLogTerm).u53(message.commitIndex).u32(message.entries.length);
      for (const entry of message.entries) frame.u53(entry.term).u8(entryKinds.indexOf(entry.kind)).bytes32(entry.data);
      return frame;
    case 'appendResponse': {
      const { matchIndex, conflict } = message;
      frame.u8(
        (matchIndex === undefined ? 0 : hasMatch) |
          (conflict === undefined ? 0 : hasConflict) |
          (conflict?.term === undefined ? 0 : hasConflictTerm),
      );
      if (matchIndex !== undefined) frame.u53(matchIndex);
      if (conflict !== undefined) frame.u53(conflict.index);
      if (conflict?.term !== undefined) frame.u53(conflict.term);
      return frame;
    }
    case 'heartbeatRequest':
      return frame.u53(message.commitIndex);
    case 'snapshotRequest':
      return frame
        .u53(message.snapshotIndex)
        .u53(message.snapshotTerm)
        .u53(message.offset)
        .u53(message.totalBytes)
        .u32(message.checksum)
        .bytes32(message.chunk);
    case 'snapshotResponse':
      return frame.u53(message.nextOffset);
    case 'heartbeatResponse':
    case 'timeoutNowRequest':
    case 'timeoutNowResponse':
      return frame;
    default:
      return unreachable(message);
  }
}

/** What version 2 has after the fields of the kind; undefined: the message is one of version 1. */
function extensionOf(message: Message): Buffer | undefined {
  if (message.kind === 'snapshotRequest') {
    if (message.configuration === undefined) return undefined;
    const configuration = encodeConfiguration(message.configuration);
    return FrameWriter.ofSize(4 + configuration.length)
      .bytes32(configuration)
      .done();
  }
  const storeId = 'storeId' in message ? (message.storeId ?? 0) : 0;
  return storeId === 0 ? undefined : FrameWriter.ofSize(8).u53(storeId).done();
}

function readExtension(frame: FrameReader, message: Message): Message {
  switch (message.kind) {
    case 'snapshotRequest':
      return { ...message, configuration: configuration(frame) };
    case 'heartbeatRequest':
    case 'preVoteResponse':
    case 'voteResponse':
    case 'appendResponse':
    case 'heartbeatResponse':
    case 'snapshotResponse':
    case 'timeoutNowResponse':
      return { ...message, storeId: frame.u53() };
    default:
      throw new MalformedMessageError(`a ${message.kind} has no extension`);
  }
}

function configuration(frame: FrameReader): Configuration {
  const bytes = frame.bytes32();
  try {
    return decodeConfiguration(bytes);
  } catch {
    throw new MalformedMessageError('its configuration is none');
  }
}

export function encodeEnvelope({ from, to, message }: Envelope): Buffer {
  const fromId = encodedId(from);
  const toId = encodedId(to);
  const extension = extensionOf(message);
  const frame = FrameWriter.ofSize(
    3 + 1 + fromId.length + 1 + toId.length + 16 + bodyBytes(message) + (extension?.length ?? 0),
  );
  frame
    .u8(magic)
    .u8(extension === undefined ? version : extendedVersion)
    .u8(kindCodes.get(message.kind) as number)
    .shortString(fromId)
    .shortString(toId)
    .u53(message.requestId)
    .u53(message.term);
  writeBody(frame, message);
  if (extension !== undefined) frame.raw(extension);
  return frame.done();
}

const index = (frame: FrameReader): LogIndex => frame.u53() as LogIndex;
const term = (frame: FrameReader): Term => frame.u53() as Term;

function readAppend(frame: FrameReader, requestId: number, messageTerm: Term): AppendRequest {
  const prevLogIndex = index(frame);
  const prevLogTerm = term(frame);
  const commitIndex = index(frame);
  const count = frame.u32();
  const entries: Entry[] = [];
  for (let offset = 0; offset < count; offset++) {
    const entryTerm = term(frame);
    const kind = entryKinds[frame.u8()];
    if (kind === undefined) throw new MalformedMessageError('unknown kind of entry');
    entries.push({ index: (prevLogIndex + 1 + offset) as LogIndex, term: entryTerm, kind, data: frame.bytes32() });
  }
  return { kind: 'appendRequest', requestId, term: messageTerm, prevLogIndex, prevLogTerm, commitIndex, entries };
}

function readBody(frame: FrameReader, kind: Message['kind'], requestId: number, messageTerm: Term): Message {
  const head = { requestId, term: messageTerm };
  switch (kind) {
    case 'preVoteRequest':
      return { kind, ...head, lastLogIndex: index(frame), lastLogTerm: term(frame) };
    case 'voteRequest':
      return { kind, ...head, lastLogIndex: index(frame), lastLogTerm: term(frame), leadershipTransfer: frame.flag() };
    case 'preVoteResponse':
    case 'voteResponse':
      return { kind, ...head, granted: frame.flag() };
    case 'appendRequest':
      return readAppend(frame, requestId, messageTerm);
    case 'appendResponse': {
      const flags = frame.u8();
      if (flags > 7 || (flags & hasConflictTerm && !(flags & hasConflict)))
        throw new MalformedMessageError(`unknown flags ${flags}`);
      const matchIndex = flags & hasMatch ? index(frame) : undefined;
      const conflict =
        flags & hasConflict
          ? { index: index(frame), term: flags & hasConflictTerm ? term(frame) : undefined }
          : undefined;
      return { kind, ...head, matchIndex, conflict };
    }
    case 'heartbeatRequest':
      return { kind, ...head, commitIndex: index(frame) };
    case 'snapshotRequest':
      return {
        kind,
        ...head,
        snapshotIndex: index(frame),
        snapshotTerm: term(frame),
        offset: frame.u53(),
        totalBytes: frame.u53(),
        checksum: frame.u32(),
        chunk: frame.bytes32(),
      };
    case 'snapshotResponse':
      return { kind, ...head, nextOffset: frame.u53() };
    case 'heartbeatResponse':
    case 'timeoutNowRequest':
    case 'timeoutNowResponse':
      return { kind, ...head };
    default:
      return unreachable(kind);
  }
}

/**
 * Data of entries and chunks are views into `bytes`.
 *
 * @throws MalformedMessageError on anything that `encodeEnvelope` could not have written
 */
export function decodeEnvelope(bytes: Buffer): Envelope {
  const frame = new FrameReader(bytes);
  if (frame.u8() !== magic) throw new MalformedMessageError('it does not start with Q');
  const found = frame.u8();
  if (found !== version && found !== extendedVersion)
    throw new MalformedMessageError(`version ${found} is not spoken here, only ${version} and ${extendedVersion}`);
  const kind = kinds[frame.u8()];
  if (kind === undefined) throw new MalformedMessageError('unknown kind of message');
  const from = frame.shortString() as ReplicaId;
  const to = frame.shortString() as ReplicaId;
  const requestId = frame.u53();
  const body = readBody(frame, kind, requestId, term(frame));
  const message = found === version ? body : readExtension(frame, body);
  frame.end();
  return { from, to, message };
}
