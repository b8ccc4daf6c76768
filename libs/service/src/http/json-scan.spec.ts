import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { scanJson } from './json-scan.js';

describe('scanJson', () => {
  it.each([
    ['{}'],
    ['[]'],
    ['"{[{[{[{["'],
    ['{"a":{"b":1},"c":{"b":2}}'],
    ['[{"a":1},{"a":2}]'],
    ['{"a":"a","b":["a","a","a"]}'],
    ['{"a":"\\"a\\":1","b":"}\\\\"}'],
    ['{"__proto":1,"constructors":2}'],
    ['{"x":"__proto__"}'],
    ['["__proto__","constructor"]'],
  ])('finds nothing in %s', (text) => {
    expect(scanJson(text, 3)).toBeUndefined();
  });

  it.each([
    ['{"a":1,"a":1}', { kind: 'duplicate_property', name: 'a' }],
    ['{"a":1,"b":[{}],"a" \n:1}', { kind: 'duplicate_property', name: 'a' }],
    ['[{"x":{"a":1,"\\u0061":2}}]', { kind: 'duplicate_property', name: 'a' }],
    ['{"":1,"":2}', { kind: 'duplicate_property', name: '' }],
    ['{"__proto__":1}', { kind: 'forbidden_property', name: '__proto__' }],
    ['{"\\u005f\\u005fproto__":1}', { kind: 'forbidden_property', name: '__proto__' }],
    ['[{"constructor":1}]', { kind: 'forbidden_property', name: 'constructor' }],
    ['{"prototype":1}', { kind: 'forbidden_property', name: 'prototype' }],
    ['[[[[1]]]]', { kind: 'too_deep', depthMax: 3 }],
    ['{"a":[{"b":[]}]}', { kind: 'too_deep', depthMax: 3 }],
  ])('finds what is wrong with %s', (text, finding) => {
    expect(scanJson(text, 3)).toEqual(finding);
  });

  it('finds nothing in what JSON.stringify writes, at its own depth', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        // fast-check likes to generate __proto__, which is found on purpose.
        fc.pre(!/"(?:__proto__|constructor|prototype)"/.test(text));

        expect(scanJson(text, 64)).toBeUndefined();
      }),
    );
  });

  it('finds a repeated property wherever it stands', () => {
    const scenario = fc.record({
      value: fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 }),
      wraps: fc.nat(5),
    });

    fc.assert(
      fc.property(scenario, ({ value, wraps }) => {
        const [first = ''] = Object.keys(value);
        fc.pre(!/"(?:__proto__|constructor|prototype)"/.test(JSON.stringify(value)));
        const repeated = `${JSON.stringify(value).slice(0, -1)},${JSON.stringify(first)}:0}`;
        const text = '['.repeat(wraps) + repeated + ']'.repeat(wraps);

        expect(scanJson(text, 64)).toEqual({ kind: 'duplicate_property', name: first });
      }),
    );
  });

  it('survives texts that are not JSON, in linear time', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', 'a', ' ') }),
        (text) => void scanJson(text, 8),
      ),
    );

    scanJson('"\\'.repeat(2_000_000), 8);
    scanJson('{"a"'.repeat(2_000_000), 8);
  });
});
