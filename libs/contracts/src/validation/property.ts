import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsObject, ValidateBy, ValidateIf, ValidateNested } from 'class-validator';

import { describeRule, obeysScalarRule } from './property-rules.js';
import { addPropertySpec, type MessageClass, type PropertyDocs, type PropertyRule } from './property-spec.js';

/** A whole number, `min` (default 0) to `max` (default 2^53 − 1). `1.0` and `1e0` are 1; `-0`, `"1"` and `true` are refused. */
export const IntegerProperty = (docs: PropertyDocs & { min?: number; max?: number } = {}): PropertyDecorator =>
  property({ kind: 'integer', min: docs.min ?? 0, max: docs.max ?? Number.MAX_SAFE_INTEGER }, docs);

/** An amount of money as a decimal number with at most two decimals. */
export const PriceProperty = (docs: PropertyDocs = {}): PropertyDecorator => property({ kind: 'price' }, docs);

/** A product name; parsing brings it to NFC. */
export const ProductNameProperty = (docs: PropertyDocs = {}): PropertyDecorator =>
  property({ kind: 'product-name' }, { description: 'case-sensitive, compared after NFC', example: 'tux', ...docs });

/** A text of `lengthMin` (default 1) to `lengthMax` UTF-16 units. */
export const TextProperty = (docs: PropertyDocs & { lengthMin?: number; lengthMax: number }): PropertyDecorator =>
  property({ kind: 'text', lengthMin: docs.lengthMin ?? 1, lengthMax: docs.lengthMax }, docs);

/** Exactly `digits` lower-case hexadecimal digits. */
export const HexProperty = (docs: PropertyDocs & { digits: number }): PropertyDecorator =>
  property({ kind: 'hex', digits: docs.digits }, docs);

/** One of a fixed set of words. */
export const OneOfProperty = (values: readonly string[], docs: PropertyDocs = {}): PropertyDecorator =>
  property({ kind: 'one-of', values }, docs);

/** `true` or `false`. */
export const FlagProperty = (docs: PropertyDocs = {}): PropertyDecorator => property({ kind: 'flag' }, docs);

/** Another message. */
export const MessageProperty = (of: MessageClass, docs: PropertyDocs = {}): PropertyDecorator =>
  property({ kind: 'message', of }, docs);

/** A list of other messages, at most `countMax`. */
export const ListProperty = (of: MessageClass, docs: PropertyDocs & { countMax: number }): PropertyDecorator =>
  property({ kind: 'list', of, countMax: docs.countMax }, docs);

function property(rule: PropertyRule, docs: PropertyDocs): PropertyDecorator {
  return applyDecorators(
    (target: object, key: string | symbol) => {
      addPropertySpec(target.constructor as MessageClass, { name: String(key), rule, docs });
    },
    ...(docs.nullable === true ? [ValidateIf((_message: object, value: unknown) => value !== null)] : []),
    ...(docs.optional === true ? [ValidateIf((_message: object, value: unknown) => value !== undefined)] : []),
    ...validators(rule),
  ) as PropertyDecorator;
}

function validators(rule: PropertyRule): PropertyDecorator[] {
  const message = describeRule(rule);
  switch (rule.kind) {
    case 'message':
      return [IsObject({ message }), ValidateNested({ message }), Type(() => rule.of)];
    case 'list':
      return [
        IsArray({ message }),
        ArrayMaxSize(rule.countMax, { message }),
        ValidateNested({ each: true, message: 'must be an object' }),
        Type(() => rule.of),
      ];
    default:
      return [
        ValidateBy(
          { name: rule.kind, validator: { validate: (value: unknown) => obeysScalarRule(rule, value) } },
          { message },
        ),
      ];
  }
}
