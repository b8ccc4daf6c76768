import { Writable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { StdoutSink } from './stdout-sink.js';

function collecting() {
  const writes: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      writes.push(chunk);
      this.emit('written');
      done();
    },
  });
  return { writes, stream, sink: new StdoutSink(stream) };
}

describe('StdoutSink', () => {
  it('writes the lines of a moment in one piece', () => {
    const { writes, sink } = collecting();

    sink.write('a\n');
    sink.write('b\n');
    expect(writes).toEqual([]);
    sink.flush();
    sink.flush();

    expect(writes).toEqual(['a\nb\n']);
  });

  it('writes by itself after a moment', async () => {
    const { writes, stream, sink } = collecting();
    const written = new Promise((resolve) => stream.on('written', resolve));

    sink.write('a\n');
    await written;

    expect(writes).toEqual(['a\n']);
  });

  it('does not let its memory grow', () => {
    const { writes, sink } = collecting();

    for (let line = 0; line < 3; line += 1) sink.write('x'.repeat(40_000));

    expect(writes).toHaveLength(1);
  });

  it('goes on when nobody reads any more', () => {
    const { writes, stream, sink } = collecting();

    stream.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    sink.write('a\n');
    sink.flush();

    expect(writes).toEqual([]);
  });

  it('counts what a full disk costs, and tries again', () => {
    const { writes, stream, sink } = collecting();

    stream.emit('error', Object.assign(new Error('disk full'), { code: 'ENOSPC' }));
    sink.write('a\n');
    sink.flush();

    expect(sink.failedWrites).toBe(1);
    expect(writes).toEqual(['a\n']);
  });
});
