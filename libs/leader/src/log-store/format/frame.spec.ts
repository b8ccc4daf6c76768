import { describe, expect, it } from '@jest/globals';
import { frameEndAt, frameHeaderBytes, scanFrames, sealFrame } from './frame.js';

const place = { offset: 64, salt: 7 };

function frameAt(offset: number, salt: number, records = 'records'): Buffer {
  const frame = Buffer.concat([Buffer.alloc(frameHeaderBytes), Buffer.from(records)]);
  sealFrame(frame, { offset, salt });
  return Buffer.concat([Buffer.alloc(place.offset), frame]);
}

describe('a frame', () => {
  it('is valid in its own file at its own place', () => {
    const file = frameAt(place.offset, place.salt);

    expect(frameEndAt(file, place.offset, place.salt)).toBe(file.length);
  });

  it('of another segment is none, though it is at the right place: an old file’s bytes may lie there', () => {
    const file = frameAt(place.offset, 8);

    expect(frameEndAt(file, place.offset, place.salt)).toBeUndefined();
    expect(scanFrames(file, place.offset, place.salt)).toMatchObject({ frames: [], rest: { kind: 'torn' } });
  });

  it('of another place in the same segment is none', () => {
    expect(frameEndAt(frameAt(place.offset + 16, place.salt), place.offset, place.salt)).toBeUndefined();
  });

  it('with any one bit flipped is none', () => {
    const file = frameAt(place.offset, place.salt);

    for (let bit = place.offset * 8; bit < file.length * 8; bit++) {
      const flipped = Buffer.from(file);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect({ bit, end: frameEndAt(flipped, place.offset, place.salt) }).toEqual({ bit, end: undefined });
    }
  });
});
