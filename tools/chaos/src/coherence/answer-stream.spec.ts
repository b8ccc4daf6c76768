import { describe, expect, it } from '@jest/globals';
import { AnswerStream, type ReadAnswer } from './answer-stream.js';

const body = '{"data":{"name":"tux","price":9.99,"quantity":7}}';
const hit = `HTTP/1.1 200 OK\r\netag: "1.2-x9"\r\ncache-status: frontend; hit; ttl=59\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const miss = `HTTP/1.1 200 OK\r\ncache-status: frontend; fwd=uri-miss; stored\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const down = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\nx: hit\r\n\r\n{}';

const expected: ReadAnswer[] = [
  { status: 200, hit: true, version: { epoch: 1, sequence: 2 }, body },
  { status: 200, hit: false, version: undefined, body },
  { status: 503, hit: false, version: undefined, body: '{}' },
];

describe('AnswerStream', () => {
  it('takes pipelined answers apart wherever they are cut', () => {
    const bytes = Buffer.from(hit + miss + down);

    for (let first = 0; first <= bytes.length; first += 1) {
      const stream = new AnswerStream();
      expect([...stream.push(bytes.subarray(0, first)), ...stream.push(bytes.subarray(first))]).toEqual(expected);
    }
  });

  it('takes them one byte at a time', () => {
    const stream = new AnswerStream();

    expect([...Buffer.from(hit + miss + down)].flatMap((byte) => stream.push(Buffer.of(byte)))).toEqual(expected);
  });

  it('counts the length of a body in bytes', () => {
    const fox = Buffer.from('{"data":{"name":"füchse"}}');
    const stream = new AnswerStream();

    const answers = stream.push(
      Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${fox.length}\r\n\r\n`), fox, Buffer.from(down)]),
    );

    expect(answers.map(({ status }) => status)).toEqual([200, 503]);
  });

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH\r\ncontent-length: 0\r\n\r\n'],
    ['a chunked body', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['an interim answer', 'HTTP/1.1 100 Continue\r\ncontent-length: 0\r\n\r\n'],
    ['an endless head', 'x'.repeat(100_000)],
  ])('refuses %s', (_, bytes) => {
    expect(() => new AnswerStream().push(Buffer.from(bytes))).toThrow(
      expect.objectContaining({ name: 'UnreadableAnswerError' }),
    );
  });
});
