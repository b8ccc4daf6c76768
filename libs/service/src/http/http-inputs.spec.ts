import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { createJsonLogger } from '../log/json-logger.js';
import { CollectingSink } from '../testing/collecting-sink.js';
import { exchangeRaw, openSocket, type RawAnswer } from '../testing/raw-http.js';
import { portOf, TinyPublicModule, tinyState } from '../testing/tiny-store.js';

import { createServiceApp } from './service-app.js';

const host = 'Host: toys.example\r\n';
const order = '{"name":"tux","quantity":3}';

const get = (target: string, headers = ''): string => `GET ${target} HTTP/1.1\r\n${host}${headers}\r\n`;
const post = (body: string | Buffer, headers = 'Content-Type: application/json\r\n'): Buffer =>
  Buffer.concat([
    Buffer.from(`POST /orders HTTP/1.1\r\n${host}${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`),
    Buffer.from(body),
  ]);
const postQuantity = (quantity: string): Buffer => post(`{"name":"tux","quantity":${quantity}}`);
const postName = (name: string): Buffer => post(JSON.stringify({ name, quantity: 1 }));
const framed = (headers: string, body: string): string =>
  `POST /orders HTTP/1.1\r\n${host}Content-Type: application/json\r\n${headers}\r\n${body}`;

/** Number, input, bytes, required status. */
const inputs: readonly [number | string, string, string | Buffer, number][] = [
  [1, 'a valid order', post(order), 200],
  [2, 'a valid get', get('/products/tux'), 200],
  [3, 'an unknown path', get('/nope'), 404],
  [4, 'malformed JSON', post('{"name":"tux",'), 400],
  ['4b', 'JSON with a trailing comma', post('{"name":"tux","quantity":3,}'), 400],
  ['4c', 'JSON with a byte order mark', post(`\ufeff${order}`), 400],
  ['4d', 'an empty body that is declared', post('', 'Content-Type: application/json\r\n'), 400],
  ['4e', 'no body at all', `POST /orders HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`, 400],
  ['4f', 'two values', post(`${order}${order}`), 400],
  [5, 'no content type', post(order, ''), 415],
  [6, 'text/plain', post(order, 'Content-Type: text/plain\r\n'), 415],
  [7, 'a form', post('name=tux&quantity=3', 'Content-Type: application/x-www-form-urlencoded\r\n'), 415],
  ['7b', 'a type that only starts right', post(order, 'Content-Type: application/jsonx\r\n'), 415],
  ['7c', 'a JSON suffix', post(order, 'Content-Type: application/vnd.api+json\r\n'), 415],
  ['7d', 'JSON behind a tab', post(order, 'Content-Type: application/json\tx\r\n'), 415],
  ['7e', 'JSON with a foreign parameter', post(order, 'Content-Type: application/json; profile=x\r\n'), 415],
  ['7f', 'JSON in UTF-8', post(order, 'Content-Type: Application/JSON; Charset="UTF-8"\r\n'), 200],
  ['7g', 'bytes', post(order, 'Content-Type: application/octet-stream\r\n'), 415],
  ['7h', 'multipart', post(order, 'Content-Type: multipart/form-data; boundary=x\r\n'), 415],
  [8, 'a list for a body', post('[]'), 400],
  [9, 'a text for a body', post('"x"'), 400],
  ['9b', 'null for a body', post('null'), 400],
  [10, 'a property __proto__', post('{"name":"tux","quantity":1,"__proto__":{"quantity":2}}'), 400],
  ['10b', 'a property constructor', post('{"name":"tux","quantity":1,"constructor":{"prototype":{}}}'), 400],
  [11, 'an escaped __proto__', post('{"name":"tux","quantity":1,"\\u005f_proto__":{}}'), 400],
  [12, 'an unknown property', post('{"name":"tux","quantity":1,"admin":true}'), 400],
  ['12b', 'a property twice', post('{"name":"tux","quantity":1,"quantity":2}'), 400],
  ['12c', 'a property twice, once escaped', post('{"name":"tux","quantity":1,"\\u0071uantity":2}'), 400],
  [13, 'quantity 0', postQuantity('0'), 400],
  [14, 'quantity -5', postQuantity('-5'), 400],
  [15, 'quantity 1.0', postQuantity('1.0'), 200],
  [16, 'quantity 1e0', postQuantity('1e0'), 200],
  [17, 'quantity 1e400', postQuantity('1e400'), 400],
  [18, 'quantity 2^53 + 1', postQuantity('9007199254740993'), 400],
  [19, 'quantity true', postQuantity('true'), 400],
  [20, 'quantity [1]', postQuantity('[1]'), 400],
  ['20b', 'quantity "5"', postQuantity('"5"'), 400],
  [21, 'quantity -0', postQuantity('-0'), 400],
  [22, 'no quantity', post('{"name":"tux"}'), 400],
  [23, 'a formula for a name', postName('=cmd'), 400],
  [24, 'a name with a line break', postName('tux\r\nx'), 400],
  [25, 'a name with NUL', postName('tux\u0000'), 400],
  [26, 'a name that climbs', postName('../'), 400],
  ['26b', 'an object for a name', post('{"name":{"$ne":1},"quantity":1}'), 400],
  [27, 'a name of 20,000 characters', postName('a'.repeat(20_000)), 413],
  ['27b', 'a name of 10,000 characters', postName('a'.repeat(10_000)), 400],
  [
    28,
    'invalid UTF-8',
    post(Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff, 0xfe]), Buffer.from('","quantity":1}')])),
    400,
  ],
  [29, 'a charset that is not UTF-8', post(order, 'Content-Type: application/json; charset=utf-16\r\n'), 415],
  [30, 'objects nested 5,000 deep', post('{"a":'.repeat(5000) + '1' + '}'.repeat(5000)), 413],
  ['30b', 'lists nested 1,500 deep', post('['.repeat(1500) + ']'.repeat(1500)), 400],
  ['30c', 'nesting that never ends', post('['.repeat(16_000)), 400],
  ['30d', 'nesting 9 deep', postQuantity('[[[[[[[[1]]]]]]]]'), 400],
  [31, 'a body of 2 MiB', post(`{"name":"${'a'.repeat(2 * 1024 * 1024)}"}`), 413],
  [32, 'a compressed body', post(order, 'Content-Type: application/json\r\nContent-Encoding: gzip\r\n'), 415],
  [33, 'a path that climbs', get('/products/../boom'), 404],
  [34, 'an encoded NUL', get('/products/%00'), 404],
  [35, 'a bad percent sign', get('/products/%ZZ'), 400],
  [36, 'an encoded byte that is no UTF-8', get('/products/%ff'), 400],
  [37, 'a path of 5,000 characters', get(`/products/${'a'.repeat(5000)}`), 414],
  ['37b', 'a name of 2,000 characters', get(`/products/${'a'.repeat(2000)}`), 414],
  [38, 'a path of 20,000 characters', get(`/products/${'a'.repeat(20_000)}`), 431],
  [39, 'a product named constructor', get('/products/constructor'), 404],
  [40, 'a product named __proto__', get('/products/__proto__'), 404],
  [41, 'a product named toString', get('/products/toString'), 404],
  [42, 'a double slash', get('//products/tux'), 404],
  [43, 'an empty name', get('/products/'), 404],
  ['43b', 'a slash at the end', get('/products/tux/'), 404],
  ['43c', 'an encoded slash', get('/products%2Ftux'), 404],
  [44, 'another letter case', get('/Products/tux'), 404],
  [45, 'a raw byte above ASCII', Buffer.from(get('/products/t\u00fcx'), 'latin1'), 400],
  [46, 'an absolute form', get('http://evil.example/products/tux'), 400],
  ['46b', 'an asterisk form', `OPTIONS * HTTP/1.1\r\n${host}\r\n`, 400],
  [48, 'PUT on a known path', `PUT /orders HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`, 405],
  [
    '48b',
    'PUT on a known path with a body of a foreign type',
    `PUT /orders HTTP/1.1\r\n${host}Content-Type: text/plain\r\nContent-Length: 1\r\n\r\nx`,
    405,
  ],
  ['48c', 'GET on a path that only takes POST', get('/orders'), 405],
  ['48d', 'DELETE on a product', `DELETE /products/tux HTTP/1.1\r\n${host}\r\n`, 405],
  ['48e', 'OPTIONS on a product', `OPTIONS /products/tux HTTP/1.1\r\n${host}\r\n`, 405],
  [49, 'TRACE', `TRACE /products/tux HTTP/1.1\r\n${host}\r\n`, 405],
  ['49b', 'a method that Fastify does not know', `PURGE /products/tux HTTP/1.1\r\n${host}\r\n`, 405],
  ['49c', 'a method that nobody knows', `BREW /products/tux HTTP/1.1\r\n${host}\r\n`, 400],
  [50, 'CONNECT', `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`, 405],
  [51, 'a method override', get('/products/tux', 'X-HTTP-Method-Override: DELETE\r\n'), 200],
  [52, 'no Host', 'GET /products/tux HTTP/1.1\r\n\r\n', 400],
  [53, 'both length and chunks', framed('Content-Length: 27\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 400],
  [55, 'two lengths', framed('Content-Length: 27\r\nContent-Length: 26\r\n', order), 400],
  [56, 'a negative length', framed('Content-Length: -1\r\n', order), 400],
  [57, 'a hexadecimal length', framed('Content-Length: 0x1b\r\n', order), 400],
  [58, 'a length that is too short', framed('Content-Length: 5\r\nConnection: close\r\n', order), 400],
  [59, 'a chunk size that is no number', framed('Transfer-Encoding: chunked\r\n', 'zz\r\n'), 400],
  [60, 'a chunk size that overflows', framed('Transfer-Encoding: chunked\r\n', 'fffffffffffffffff\r\n'), 400],
  ['60b', 'an order in chunks', framed('Transfer-Encoding: chunked\r\n', `1b\r\n${order}\r\n0\r\n\r\n`), 200],
  [61, 'a space before the colon', get('/products/tux', 'X-A : b\r\n'), 400],
  [62, 'a folded header', get('/products/tux', 'X-A: b\r\n c\r\n'), 400],
  [63, 'a bare CR in a header', get('/products/tux', 'X-A: b\rc\r\n'), 400],
  [64, 'NUL in a header', get('/products/tux', 'X-A: b\u0000c\r\n'), 400],
  [65, '2,500 headers', get('/products/tux', 'a:b\r\n'.repeat(2500)), 431],
  ['65b', '16 KiB of headers', get('/products/tux', `X-A: ${'b'.repeat(17_000)}\r\n`), 431],
  [66, 'an escape sequence in Session-ID', get('/products/tux', 'Session-ID: \u001b[31m\r\n'), 400],
  [68, 'an expectation that nobody can meet', get('/products/tux', 'Expect: zzz\r\n'), 417],
  [69, 'HTTP/0.9', 'GET /products/tux\r\n\r\n', 505],
  [70, 'HTTP/1.0', `GET /products/tux HTTP/1.0\r\n${host}\r\n`, 200],
  ['70b', 'HTTP/3.7', `GET /products/tux HTTP/3.7\r\n${host}\r\n`, 400],
  [71, 'an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  [72, 'a TLS hello', Buffer.from('16030100a5010000a10303', 'hex'), 400],
  [73, 'a handler that throws', get('/failure'), 500],
];

describe('a public app', () => {
  const sink = new CollectingSink();
  let app: NestFastifyApplication;
  let port: number;

  beforeAll(async () => {
    app = await createServiceApp(TinyPublicModule, {
      kind: 'public',
      logger: createJsonLogger({ level: 'info', worker: 'tiny', sink }),
    });
    await app.listen(0, '127.0.0.1');
    port = portOf(app);
  });
  afterAll(() => app.close());
  beforeEach(() => {
    tinyState.orders = 0;
    sink.lines.length = 0;
  });

  it.each(inputs)('answers input %s, %s', async (_row, _label, bytes, status) => {
    const { answers } = await exchangeRaw(port, bytes);

    expect(answers.map((answer) => answer.status)).toEqual([status]);
    expect(tinyState.orders).toBe(status === 200 && bytes.includes('POST') ? 1 : 0);
    if (status >= 400) expectProblem(answers[0]);
  });

  it.each([
    ['/products/tux', 'GET, HEAD'],
    ['/orders', 'POST'],
  ])('says in Allow what %s answers to', async (path, allow) => {
    const { answers } = await exchangeRaw(port, `DELETE ${path} HTTP/1.1\r\n${host}\r\n`);

    expect(answers[0]?.headers['allow']).toBe(allow);
  });

  it('answers HEAD as GET without its body (47)', async () => {
    const head = await exchangeRaw(port, `HEAD /products/tux HTTP/1.1\r\n${host}\r\n`, { isHead: true });
    const missing = await exchangeRaw(port, `HEAD /products/nope HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, {
      isHead: true,
      count: 9,
    });

    expect(head.answers[0]).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    expect(missing.answers).toEqual([expect.objectContaining({ status: 404 })]);
  });

  it('does not run a request in a foreign transfer encoding (54)', async () => {
    const { answers } = await exchangeRaw(port, framed('Transfer-Encoding: xchunked\r\n', order), { count: 2 });

    expect(answers[0]?.status).toBeGreaterThanOrEqual(400);
    expect(tinyState.orders).toBe(0);
    for (const answer of answers) expectProblem(answer);
  });

  it('meets an expected 100-continue (67)', async () => {
    const { answers } = await exchangeRaw(
      port,
      framed(`Content-Length: ${order.length}\r\nExpect: 100-continue\r\n`, order),
      { count: 2 },
    );

    expect(answers.map(({ status }) => status)).toEqual([100, 200]);
  });

  it('answers pipelined requests in their order (75)', async () => {
    const { answers } = await exchangeRaw(port, get('/products/tux') + get('/products/nope') + get('/products/tux'), {
      count: 3,
    });

    expect(answers.map(({ status }) => status)).toEqual([200, 404, 200]);
  });

  it('keeps the connection of a refused order for the next one', async () => {
    const { answers, isEnded } = await exchangeRaw(port, Buffer.concat([postQuantity('0'), post(order)]), { count: 2 });

    expect(answers.map(({ status }) => status)).toEqual([400, 200]);
    expect(isEnded).toBe(false);
  });

  it('lists every problem of a body', async () => {
    const { answers } = await exchangeRaw(port, post('{"name":"=cmd","quantity":true,"x":1}'));

    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({
      type: 'urn:toystore:problem:validation-failed',
      instance: '/orders',
      errors: [{ pointer: '/x' }, { pointer: '/name' }, { pointer: '/quantity' }],
    });
  });

  it('tells nothing about a failure, and all of it to the log', async () => {
    const { answers } = await exchangeRaw(port, get('/failure?token=x'));

    expect(answers[0]?.body).not.toMatch(/hunter2|Error|token/);
    expect(sink.parsed().find(({ message }) => message === 'request failed')).toMatchObject({
      level: 'error',
      failure: expect.stringContaining('hunter2'),
    });
  });

  it('writes one line a request, in which nothing can pose as another line', async () => {
    await exchangeRaw(port, get('/products/a%0d%0a%7b%22level%22:%22"x', 'Session-ID: s-1\r\n'));

    const [line, ...others] = sink.parsed().filter(({ message }) => message === 'request');
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      worker: 'tiny',
      session: 's-1',
      method: 'GET',
      path: '/products/a%0d%0a%7b%22level%22:%22"x',
      status: 404,
      durationMs: expect.any(Number),
    });
    expect(sink.lines.every((text) => text.indexOf('\n') === text.length - 1)).toBe(true);
  });

  it.each([
    ['a half header (76)', 'GET /products/tux HTTP/1.1\r\nHost: x\r\nX-'],
    ['nothing (77)', ''],
    ['a half body', `POST /orders HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 27\r\n\r\n{"na`],
  ])('cuts off a client that sends %s and waits', async (_label, bytes) => {
    const { answers, isEnded } = await exchangeRaw(port, bytes, { count: 2 });

    expect(answers.map(({ status }) => status)).toEqual([408]);
    expect(isEnded).toBe(true);
    expectProblem(answers[0]);
  });

  it('serves others while many clients stall', async () => {
    const stalled = await Promise.all(Array.from({ length: 100 }, () => openSocket(port)));
    for (const socket of stalled) socket.on('error', () => socket.destroy()).write('GET /products/tux HTTP/1.1\r\n');

    const { answers } = await exchangeRaw(port, get('/products/tux'));

    expect(answers[0]?.status).toBe(200);
    for (const socket of stalled) socket.destroy();
  });
});

function expectProblem(answer: RawAnswer | undefined): void {
  const details = JSON.parse(answer?.body ?? '') as Record<string, unknown>;
  expect(answer?.headers['content-type']).toBe('application/problem+json');
  expect(details).toMatchObject({
    type: expect.stringMatching(/^urn:toystore:problem:[a-z-]+$/),
    title: expect.any(String),
    status: answer?.status,
    detail: expect.any(String),
    error: { code: answer?.status, message: details['detail'] },
  });
  expect(answer?.body).not.toMatch(/FST_|HPE_|node:|\.js|SyntaxError/);
}
