import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsObject, ValidateBy, ValidateIf, ValidateNested } from 'class-validator';

import { unreachable } from '../unreachable.js';

import { describeRule, obeysScalarRule } from './property-rules.js';
import { addPropertySpec, type MessageClass, type PropertyRule } from './property-spec.js';

/** What every property decorator takes for the API docs. */
export interface PropertyDocs {
  description?: string;
  example?: unknown;
  /** Whether `null` stands for "none". Default false; a property may never be left out. */
  nullable?: boolean;
}

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
  const nullable = docs.nullable ?? false;
  return applyDecorators(
    (target: object, key: string | symbol) => {
      addPropertySpec(target.constructor as MessageClass, { name: String(key), rule, nullable });
    },
    ApiProperty(apiOptions(rule, docs)),
    ...(nullable ? [ValidateIf((_message: object, value: unknown) => value !== null)] : []),
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

function apiOptions(rule: PropertyRule, { description, example, nullable }: PropertyDocs): ApiPropertyOptions {
  return { ...apiSchema(rule), description, example, ...(nullable === true ? { nullable } : {}) } as ApiPropertyOptions;
}

function apiSchema(rule: PropertyRule): ApiPropertyOptions {
  switch (rule.kind) {
    case 'integer':
      return { type: 'integer', minimum: rule.min, maximum: rule.max };
    case 'price':
      return { type: 'number', multipleOf: 0.01, minimum: 0 };
    case 'product-name':
      return { type: 'string', minLength: 1, maxLength: 64 };
    case 'text':
      return { type: 'string', minLength: rule.lengthMin, maxLength: rule.lengthMax };
    case 'hex':
      return { type: 'string', pattern: `^[0-9a-f]{${rule.digits}}$` };
    case 'one-of':
      return { type: 'string', enum: [...rule.values] };
    case 'flag':
      return { type: 'boolean' };
    case 'message':
      return { type: rule.of };
    case 'list':
      return { type: [rule.of], maxItems: rule.countMax };
    default:
      return unreachable(rule);
  }
}
