import { describe, expect, it } from '@jest/globals';

import { parseHeartbeatRequest, parseSubscribeRequest } from './subscriber-messages.js';

const session = `${'a'.repeat(32)}.1`;
const subscribe = { id: 'frontend-1', session, callbackUrl: 'http://127.0.0.1:8081' };
const heartbeat = { session, epoch: 3, grant: 1, acknowledged: [{ key: 'products/tux', sequence: 4 }] };

const pointers = (parsed: ReturnType<typeof parseSubscribeRequest> | ReturnType<typeof parseHeartbeatRequest>) =>
  parsed.ok ? [] : parsed.problems.map(({ pointer }) => pointer);

describe('messages of subscribers', () => {
  it('are taken as they are when they are right', () => {
    expect(parseSubscribeRequest(subscribe)).toEqual({ ok: true, value: { ...subscribe, capability: undefined } });
    expect(parseHeartbeatRequest(heartbeat)).toEqual({ ok: true, value: heartbeat });
  });

  it.each([
    { body: undefined, at: ['', '/id', '/session', '/callbackUrl'] },
    { body: [], at: ['', '/id', '/session', '/callbackUrl'] },
    { body: { ...subscribe, session: 'a.1' }, at: ['/session'] },
    { body: { ...subscribe, session: `${'a'.repeat(32)}.0` }, at: ['/session'] },
    { body: { ...subscribe, callbackUrl: 'file:///etc/passwd' }, at: ['/callbackUrl'] },
    { body: { ...subscribe, capability: 'short' }, at: ['/capability'] },
    { body: { ...subscribe, more: 1 }, at: ['/more'] },
    {
      body: JSON.parse(`{"id":"x","session":"${session}","callbackUrl":"http://x","__proto__":{"a":1}}`) as unknown,
      at: ['/__proto__'],
    },
    { body: { ...subscribe, id: 'x'.repeat(129) }, at: ['/id'] },
  ])('to subscribe are refused where they are wrong: $at', ({ body, at }) => {
    expect(pointers(parseSubscribeRequest(body))).toEqual(at);
  });

  it.each([
    { body: { ...heartbeat, epoch: -1 }, at: ['/epoch'] },
    { body: { ...heartbeat, epoch: '3' }, at: ['/epoch'] },
    { body: { ...heartbeat, grant: undefined }, at: ['/grant'] },
    { body: { ...heartbeat, acknowledged: {} }, at: ['/acknowledged'] },
    { body: { ...heartbeat, acknowledged: [{ key: 'tux', sequence: 4 }] }, at: ['/acknowledged/0/key'] },
    {
      body: { ...heartbeat, acknowledged: [heartbeat.acknowledged[0], { key: 'a/b', sequence: 1.5 }] },
      at: ['/acknowledged/1/sequence'],
    },
    {
      body: { ...heartbeat, acknowledged: [{ key: `a/${'b'.repeat(600)}`, sequence: 1 }] },
      at: ['/acknowledged/0/key'],
    },
    {
      body: { ...heartbeat, acknowledged: Array.from({ length: 257 }, () => heartbeat.acknowledged[0]) },
      at: ['/acknowledged'],
    },
  ])('with a heartbeat are refused where they are wrong: $at', ({ body, at }) => {
    expect(pointers(parseHeartbeatRequest(body))).toEqual(at);
  });
});
