import { describe, expect, it } from '@jest/globals';
import type { Entry, Envelope, LogIndex, Message, ReplicaId, Term } from '@quorumkit/raft';
import fc from 'fast-check';
import { MalformedMessageError } from './byte-frame.js';
import { decodeEnvelope, encodeEnvelope } from './message-codec.js';

const number = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 1, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER));
const position = number as fc.Arbitrary<LogIndex>;
const term = number as fc.Arbitrary<Term>;
const head = { requestId: number, term };
const data = fc.uint8Array({ maxLength: 40 });
// 0 and absent are the same: the first store of a member.
const storeId = fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), { nil: undefined });
const member = fc.record({
  id: fc.string({ minLength: 1 }) as unknown as fc.Arbitrary<ReplicaId>,
  kind: fc.constantFrom('voter' as const, 'learner' as const, 'returning' as const),
  priority: fc.nat({ max: 1000 }),
  storeId: fc.maxSafeNat(),
  context: fc.string({ unit: 'binary' }),
});
const configuration = fc.option(
  fc
    .uniqueArray(member, { selector: ({ id }) => id, maxLength: 5 })
    .map((members) => ({ members: members.sort((left, right) => (left.id < right.id ? -1 : 1)) })),
  { nil: undefined },
);
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const appendRequest = fc
  .record({
    ...head,
    prevLogIndex: fc.nat() as unknown as fc.Arbitrary<LogIndex>,
    prevLogTerm: term,
    commitIndex: position,
    parts: fc.array(fc.record({ term, kind: fc.constantFrom<Entry['kind']>('command', 'noop', 'membership'), data }), {
      maxLength: 5,
    }),
  })
  .map(({ parts, ...rest }) => ({
    kind: 'appendRequest' as const,
    ...rest,
    entries: parts.map((part, offset) => ({ index: (rest.prevLogIndex + 1 + offset) as LogIndex, ...part })),
  }));

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ kind: fc.constant('preVoteRequest' as const), ...head, lastLogIndex: position, lastLogTerm: term }),
  fc.record({
    kind: fc.constantFrom('preVoteResponse' as const, 'voteResponse' as const),
    ...head,
    storeId,
    granted: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('voteRequest' as const),
    ...head,
    lastLogIndex: position,
    lastLogTerm: term,
    leadershipTransfer: fc.boolean(),
  }),
  appendRequest,
  fc.record({
    kind: fc.constant('appendResponse' as const),
    ...head,
    storeId,
    matchIndex: optional(position),
    conflict: optional(fc.record({ index: position, term: optional(term) })),
  }),
  fc.record({ kind: fc.constant('heartbeatRequest' as const), ...head, storeId, commitIndex: position }),
  fc.record({ kind: fc.constantFrom('heartbeatResponse' as const, 'timeoutNowResponse' as const), ...head, storeId }),
  fc.record({ kind: fc.constant('timeoutNowRequest' as const), ...head }),
  fc.record({
    kind: fc.constant('snapshotRequest' as const),
    ...head,
    snapshotIndex: position,
    snapshotTerm: term,
    offset: number,
    totalBytes: number,
    checksum: fc.nat({ max: 2 ** 32 - 1 }),
    chunk: data,
    configuration,
  }),
  fc.record({ kind: fc.constant('snapshotResponse' as const), ...head, storeId, nextOffset: number }),
);
const id = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme-ascii' }) as unknown as fc.Arbitrary<ReplicaId>;
const envelope: fc.Arbitrary<Envelope> = fc.record({ from: id, to: id, message });

const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, field: unknown) =>
      field instanceof Uint8Array
        ? [...field]
        : (field as { type?: string })?.type === 'Buffer'
          ? (field as unknown as { data: number[] }).data
          : field,
    ),
  );

describe('message codec', () => {
  it('gives every message back as it was', () => {
    fc.assert(
      fc.property(envelope, (sent) => expect(plain(decodeEnvelope(encodeEnvelope(sent)))).toEqual(plain(sent))),
    );
  });

  // What a replica of the first release understands: a group that never changed its members can be updated one by one.
  it('speaks version 1 where stores and configurations are the first ones, version 2 only where they are not', () => {
    fc.assert(
      fc.property(envelope, (sent) => {
        const { storeId, configuration: members } = sent.message as {
          readonly storeId?: number;
          readonly configuration?: object;
        };

        expect(encodeEnvelope(sent)[1]).toBe(storeId === undefined && members === undefined ? 1 : 2);
      }),
    );
  });

  it('refuses a message that was cut anywhere', () => {
    fc.assert(
      fc.property(envelope, fc.nat(), (sent, cut) => {
        const bytes = encodeEnvelope(sent);

        expect(() => decodeEnvelope(bytes.subarray(0, cut % bytes.length))).toThrow(MalformedMessageError);
      }),
    );
  });

  it('refuses a message that something follows', () => {
    fc.assert(
      fc.property(envelope, (sent) =>
        expect(() => decodeEnvelope(Buffer.concat([encodeEnvelope(sent), Buffer.of(0)]))).toThrow(
          MalformedMessageError,
        ),
      ),
    );
  });

  it('answers garbage with a message or a MalformedMessageError, never with another error', () => {
    fc.assert(
      fc.property(
        envelope,
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
        (sent, changes) => {
          const bytes = encodeEnvelope(sent);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;

          try {
            decodeEnvelope(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedMessageError);
          }
        },
      ),
    );
  });

  const refused: [string, Buffer, RegExp][] = [
    ['nothing at all', Buffer.alloc(0), /ends after 0 bytes/],
    ['another protocol', Buffer.from('GET / HTTP/1.1'), /does not start with Q/],
    ['another version', Buffer.of(0x51, 3, 0), /version 3 is not spoken here/],
    ['an unknown kind', Buffer.of(0x51, 1, 99), /unknown kind of message/],
  ];
  it.each(refused)('says why it refuses %s', (_, bytes, why) => {
    expect(() => decodeEnvelope(bytes)).toThrow(why);
  });
});
