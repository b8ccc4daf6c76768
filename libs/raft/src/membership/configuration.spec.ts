import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ReplicaId } from '../ids.js';
import { textOf } from '../testing/text-bytes.js';
import { configurationOf, decodeConfiguration, encodeConfiguration, type MemberKind } from './configuration.js';

const member = fc.record({
  id: fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }) as unknown as fc.Arbitrary<ReplicaId>,
  kind: fc.constantFrom<MemberKind>('voter', 'learner', 'returning'),
  priority: fc.nat({ max: 1000 }),
  storeId: fc.maxSafeNat(),
  context: fc.string({ unit: 'binary' }),
});

describe('a configuration in bytes', () => {
  it('comes back as it was, ordered by id, and is printable ASCII whatever is in it', () => {
    fc.assert(
      fc.property(fc.uniqueArray(member, { selector: ({ id }) => id, maxLength: 4 }), (members) => {
        const bytes = encodeConfiguration(configurationOf(members));

        expect(decodeConfiguration(bytes)).toEqual(configurationOf(members.reverse()));
        expect(textOf(bytes)).toMatch(/^[ -~]*$/);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"members":['],
    ['another value', '[]'],
    ['a member without a store id', '{"members":[{"id":"a","kind":"voter","priority":1,"context":""}]}'],
    ['a kind that is none', '{"members":[{"id":"a","kind":"witness","priority":1,"storeId":0,"context":""}]}'],
  ])('%s is refused', (_name, text) => {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));

    expect(() => decodeConfiguration(bytes)).toThrow(/a membership entry holds a configuration/);
  });
});
