import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';

import { HmacAuthenticator, type IncomingCall } from './hmac-authenticator.js';
import { UnauthenticatedCallError } from './unauthenticated-call-error.js';

const secret = 'correct horse battery staple, many times over';

function pair(options: { windowMs?: number } = {}) {
  const clock = { nowMs: 1_000_000 };
  const clockMs = (): number => clock.nowMs;
  const sender = new HmacAuthenticator({ self: 'frontend-1', secret, clockMs, ...options });
  const receiver = new HmacAuthenticator({ self: 'order-2', secret, clockMs, ...options });
  const call = (more: Partial<{ method: string; path: string; receiver: string; body: Buffer }> = {}): IncomingCall => {
    const outgoing = {
      method: 'POST',
      path: '/orders?x=1',
      receiver: 'order-2',
      body: Buffer.from('{"a":1}'),
      ...more,
    };
    return { ...outgoing, headers: sender.sign(outgoing) };
  };
  return { clock, sender, receiver, call };
}

const reasonOf = (verify: () => unknown): string => {
  try {
    verify();
  } catch (error) {
    if (error instanceof UnauthenticatedCallError) return error.reason;
    throw error;
  }
  return 'let in';
};

const withMac = (call: IncomingCall, change: (mac: string) => string): IncomingCall => {
  const [head = '', ...fields] = String(call.headers['authorization']).split(':');
  const mac = fields.pop() ?? '';
  return { ...call, headers: { authorization: [head, ...fields, change(mac)].join(':') } };
};

describe('HmacAuthenticator', () => {
  it('lets a signed call in and says who sent it', () => {
    const { receiver, call } = pair();

    expect(receiver.verify(call())).toBe('frontend-1');
    expect(receiver.verify(call({ method: 'DELETE', path: '/cache/products/%E2%82%AC', body: Buffer.alloc(0) }))).toBe(
      'frontend-1',
    );
  });

  it.each<[string, (call: IncomingCall) => IncomingCall, string]>([
    ['without a signature', (call) => ({ ...call, headers: {} }), 'unsigned'],
    ['with two signatures', (call) => ({ ...call, headers: { authorization: ['a', 'b'] } }), 'unsigned'],
    [
      'with a signature of another scheme',
      (call) => ({ ...call, headers: { authorization: 'Bearer x' } }),
      'malformed',
    ],
    ['with an empty signature', (call) => ({ ...call, headers: { authorization: '' } }), 'malformed'],
    [
      'with a hostile signature',
      (call) => ({ ...call, headers: { authorization: `Toystore-1 ${':'.repeat(10_000)}` } }),
      'malformed',
    ],
    ['with a short MAC', (call) => withMac(call, (mac) => mac.slice(0, 10)), 'bad_signature'],
    ['with a MAC of one character', (call) => withMac(call, () => 'A'), 'bad_signature'],
    ['with a long MAC', (call) => withMac(call, (mac) => `${mac}AAAA`), 'bad_signature'],
    [
      'with another MAC',
      (call) => withMac(call, (mac) => (mac.startsWith('A') ? 'B' : 'A') + mac.slice(1)),
      'bad_signature',
    ],
    ['with another body', (call) => ({ ...call, body: Buffer.from('{"a":2}') }), 'bad_signature'],
    ['with no body any more', (call) => ({ ...call, body: Buffer.alloc(0) }), 'bad_signature'],
    ['with another method', (call) => ({ ...call, method: 'DELETE' }), 'bad_signature'],
    ['with another path', (call) => ({ ...call, path: '/orders2?x=1' }), 'bad_signature'],
    ['with another query', (call) => ({ ...call, path: '/orders?x=2' }), 'bad_signature'],
    ['with another spelling of the path', (call) => ({ ...call, path: '/%6frders?x=1' }), 'bad_signature'],
    ['with another letter case of the path', (call) => ({ ...call, path: '/Orders?x=1' }), 'bad_signature'],
  ])('refuses a call %s', (_label, change, reason) => {
    const { receiver, call } = pair();

    expect(reasonOf(() => receiver.verify(change(call())))).toBe(reason);
  });

  it.each([
    ['sender', 1, 'order-1'],
    ['time', 3, '1000001'],
    ['session', 4, 'A'.repeat(16)],
    ['serial', 5, '99'],
  ])('refuses a call whose %s was changed', (_label, field, value) => {
    const { receiver, call } = pair();
    const signed = call();
    const fields = String(signed.headers['authorization']).split(/[ :]/);
    fields[field] = value;
    const [scheme, ...rest] = fields;

    const forged = { ...signed, headers: { authorization: `${scheme} ${rest.join(':')}` } };

    expect(reasonOf(() => receiver.verify(forged))).toBe('bad_signature');
  });

  it('refuses a call that was signed for another receiver, even if the name is changed', () => {
    const { receiver, call } = pair();
    const signed = call({ receiver: 'order-3' });
    const renamed = {
      ...signed,
      headers: { authorization: String(signed.headers['authorization']).replace('order-3', 'order-2') },
    };

    expect(reasonOf(() => receiver.verify(signed))).toBe('wrong_receiver');
    expect(reasonOf(() => receiver.verify(renamed))).toBe('bad_signature');
  });

  it('refuses a call the second time', () => {
    const { receiver, call } = pair();
    const signed = call();
    receiver.verify(signed);

    expect(reasonOf(() => receiver.verify(signed))).toBe('replayed');
  });

  it('lets the same call in again when it was signed anew', () => {
    const { receiver, call } = pair();

    expect([reasonOf(() => receiver.verify(call())), reasonOf(() => receiver.verify(call()))]).toEqual([
      'let in',
      'let in',
    ]);
  });

  it('does not let a forged call use up a serial', () => {
    const { receiver, call } = pair();
    const signed = call();
    reasonOf(() => receiver.verify({ ...signed, body: Buffer.from('x') }));

    expect(reasonOf(() => receiver.verify(signed))).toBe('let in');
  });

  it.each([
    [5000, 'let in'],
    [5001, 'stale'],
    [3_600_000, 'stale'],
    [-5001, 'stale'],
  ])('answers a call that is %d ms old: %s', (ageMs, expected) => {
    const { clock, receiver, call } = pair();
    clock.nowMs += 10_000_000;
    const signed = call();
    clock.nowMs += ageMs;

    expect(reasonOf(() => receiver.verify(signed))).toBe(expected);
  });

  it('refuses what was signed before it started, since it cannot know whether that was let in before', () => {
    const { clock, sender, receiver, call } = pair();
    const signed = call();
    receiver.verify(signed);
    clock.nowMs += 1;
    const restarted = new HmacAuthenticator({ self: 'order-2', secret, clockMs: () => clock.nowMs });

    expect(reasonOf(() => restarted.verify(signed))).toBe('before_start');
    expect(sender).toBeDefined();
  });

  it('refuses a call under another secret', () => {
    const { call, clock } = pair();
    const stranger = new HmacAuthenticator({
      self: 'order-2',
      secret: secret.toUpperCase(),
      clockMs: () => clock.nowMs,
    });

    expect(reasonOf(() => stranger.verify(call()))).toBe('bad_signature');
  });

  it('has no secret in what can be printed of it or of its errors', () => {
    const { receiver } = pair();
    const texts = [inspect(receiver, { depth: 9, showHidden: true }), JSON.stringify(receiver)];
    try {
      receiver.verify({ method: 'GET', path: '/', headers: {}, body: Buffer.alloc(0) });
    } catch (error) {
      texts.push(inspect(error, { depth: 9 }));
    }

    expect(texts).toHaveLength(3);
    for (const text of texts) {
      expect(text).not.toContain('horse');
      expect(text).not.toContain(Buffer.from(secret).toString('hex').slice(0, 20));
    }
  });

  it.each([
    ['a short secret', { self: 'order-1', secret: 'short' }],
    ['an id with a colon', { self: 'a:b', secret }],
    ['an empty id', { self: '', secret }],
  ])('does not start with %s', (_label, options) => {
    expect(() => new HmacAuthenticator(options)).toThrow(TypeError);
  });
});
