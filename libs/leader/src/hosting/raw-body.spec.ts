import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { keptBody, readBody } from './raw-body.js';

describe('readBody', () => {
  it('takes the buffer that a parser has made', async () => {
    expect(await readBody({ body: Buffer.from('abc') })).toEqual(Buffer.from('abc'));
  });

  it('reads the stream where nobody has (Express without a raw parser)', async () => {
    const request = Readable.from([Buffer.from('ab'), Buffer.from('c')], { objectMode: false });

    expect(await readBody(request as unknown as { body?: unknown })).toEqual(Buffer.from('abc'));
  });

  it('gives nothing where a parser threw the bytes away', async () => {
    expect(await readBody({ body: { parsed: true } })).toBeUndefined();
  });
});

describe('keptBody', () => {
  it('takes the raw bytes beside a parsed body, and no bytes where there was no body', () => {
    expect(keptBody({ body: { a: 1 }, rawBody: Buffer.from('{"a":1}') })).toEqual(Buffer.from('{"a":1}'));
    expect(keptBody({})).toEqual(Buffer.alloc(0));
  });
});
