import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ProjectedFile } from './projected-file.js';

/** Follows all texts and returns what the file holds then, and how many bytes were written. */
function follow(found: string, texts: readonly string[]) {
  const file = new ProjectedFile(Buffer.from(found));
  let content = Buffer.from(found);
  let written = 0;
  for (const text of texts) {
    const step = file.follow(Buffer.from(text));
    if (step.kind === 'present') continue;
    if (step.cutFirst) content = content.subarray(0, step.position);
    expect(content.length).toBe(step.position);
    content = Buffer.concat([content, step.bytes]);
    written += step.bytes.length;
  }
  return { content: content.toString(), written };
}

const header = 'number,name,quantity\n';
const rows = ['0,tux,1\n', '1,fox,2\n', '2,café,3\n'];
const whole = header + rows.join('');

describe('ProjectedFile', () => {
  it.each([
    ['missing', '', Buffer.byteLength(whole)],
    ['complete', whole, 0],
    ['behind', header + rows[0], Buffer.byteLength('1,fox,2\n2,café,3\n')],
    ['torn in the middle of a row', `${header}${rows[0]}1,f`, Buffer.byteLength('1,fox,2\n2,café,3\n')],
    ['torn in the middle of a character', Buffer.from(whole).subarray(0, -5).toString('latin1'), undefined],
    ['of another history', `${header}0,tux,9\n1,fox,2\n2,café,3\n`, Buffer.byteLength(rows.join(''))],
    ['filled with zeros by a crash', `${header}${rows[0]}\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0`, undefined],
    ['something else altogether', 'hello', Buffer.byteLength(whole)],
  ])('makes a file that is %s right', (_what, found, written) => {
    const result = follow(found, [header, ...rows]);

    expect(result.content).toBe(whole);
    if (written !== undefined) expect(result.written).toBe(written);
  });

  it('keeps rows that are ahead of the log until the log has come there', () => {
    const result = follow(whole, [header, '0,tux,1\n']);

    expect(result).toEqual({ content: whole, written: 0 });
  });

  it('ends with the right content whatever it started from and however the texts are cut', () => {
    const chunks = fc.array(fc.string({ minLength: 1, maxLength: 6 }), { maxLength: 8 });
    fc.assert(
      fc.property(chunks, chunks, fc.nat(60), (texts, garbage, kept) => {
        const right = Buffer.from(texts.join(''));
        const found = Buffer.concat([right.subarray(0, kept), Buffer.from(garbage.join(''))]).toString();

        const { content } = follow(found, texts);

        expect(content.startsWith(texts.join(''))).toBe(true);
      }),
    );
  });
});
