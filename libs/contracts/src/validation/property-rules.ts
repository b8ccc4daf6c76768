import { toCents } from '../money/price.js';
import { parseProductName } from '../products/product-name.js';
import { unreachable } from '../unreachable.js';

import type { PropertyRule } from './property-spec.js';

const hexDigits = /^[0-9a-f]*$/;

/** Whether a JSON value obeys a rule that does not look into other messages. */
export function obeysScalarRule(rule: Exclude<PropertyRule, { kind: 'message' | 'list' }>, value: unknown): boolean {
  switch (rule.kind) {
    case 'integer':
      // `-0` is no count: it would print as `0` and compare as `-0` somewhere else.
      return (
        Number.isSafeInteger(value) &&
        (value as number) >= rule.min &&
        (value as number) <= rule.max &&
        !Object.is(value, -0)
      );
    case 'price':
      return typeof value === 'number' && !Object.is(value, -0) && toCents(value) !== undefined;
    case 'product-name':
      return parseProductName(value) !== undefined;
    case 'text':
      return typeof value === 'string' && value.length >= rule.lengthMin && value.length <= rule.lengthMax;
    case 'hex':
      return typeof value === 'string' && value.length === rule.digits && hexDigits.test(value);
    case 'one-of':
      return typeof value === 'string' && rule.values.includes(value);
    case 'flag':
      return typeof value === 'boolean';
    default:
      return unreachable(rule);
  }
}

/** What a value must be, as the end of a sentence that starts with its name. */
export function describeRule(rule: PropertyRule): string {
  switch (rule.kind) {
    case 'integer':
      return rule.max === Number.MAX_SAFE_INTEGER
        ? `must be a whole number from ${rule.min}`
        : `must be a whole number from ${rule.min} to ${rule.max}`;
    case 'price':
      return 'must be an amount with at most two decimals';
    case 'product-name':
      return "must be 1 to 64 letters, digits, spaces, '-', '_', '.' or apostrophes, starting with a letter or digit";
    case 'text':
      return `must be a text of ${rule.lengthMin} to ${rule.lengthMax} characters`;
    case 'hex':
      return `must be ${rule.digits} lower-case hexadecimal digits`;
    case 'one-of':
      return `must be one of ${rule.values.join(', ')}`;
    case 'flag':
      return 'must be true or false';
    case 'message':
      return 'must be an object';
    case 'list':
      return `must be a list of at most ${rule.countMax} objects`;
    default:
      return unreachable(rule);
  }
}
