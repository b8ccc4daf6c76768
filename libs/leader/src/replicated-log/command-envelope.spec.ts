import { describe, expect, it } from '@jest/globals';
import { decodeCommand, encodeCommand } from './command-envelope.js';

describe('command envelope', () => {
  it('gives stamp, key and command back as they were', () => {
    const command = { text: 'Grüße, 世界 🧸', list: [1, null, { deep: true }] };
    const stamp = { wallMs: 1_900_000_000_123, term: 7, leadingMs: 3_600_000 };

    const decoded = decodeCommand(encodeCommand({ stamp, key: 'k'.repeat(255), commandJson: JSON.stringify(command) }));

    expect(decoded).toEqual({ stamp, key: 'k'.repeat(255), command });
  });

  it('reads what earlier versions wrote, which had a wall clock only', () => {
    const header = Buffer.alloc(10);
    header.writeDoubleBE(1_900_000_000_123, 2);
    header[0] = 1;
    header[1] = 1;

    const decoded = decodeCommand(Buffer.concat([header, Buffer.from('k[7]')]));

    expect(decoded).toEqual({ stamp: { wallMs: 1_900_000_000_123 }, key: 'k', command: [7] });
  });

  it.each([
    ['a version it does not know', Buffer.alloc(30, 3), /format 3/],
    ['half a header', Buffer.alloc(25, 2), /format 2 and 25 bytes/],
    ['nothing', Buffer.alloc(0), /format undefined and 0 bytes/],
  ])('refuses %s', (_, data, why) => {
    expect(() => decodeCommand(data)).toThrow(why);
  });
});
