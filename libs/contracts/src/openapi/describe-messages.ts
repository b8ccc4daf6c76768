import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';

import { unreachable } from '../unreachable.js';
import { allPropertySpecs, type PropertyRule, type PropertySpec } from '../validation/property-spec.js';

let isDone = false;

/**
 * Gives every message class its `@ApiProperty` declarations, from the same rules that it is validated by. Call it once
 * before `SwaggerModule.createDocument`. It stands apart from the classes because loading @nestjs/swagger takes longer
 * than all the rest of the contracts, and only one process of the store shows API docs.
 */
export function describeMessages(): void {
  if (isDone) return;
  isDone = true;
  for (const [type, specs] of allPropertySpecs()) {
    for (const spec of specs) ApiProperty(optionsOf(spec))(type.prototype as object, spec.name);
  }
}

function optionsOf({ rule, docs }: PropertySpec): ApiPropertyOptions {
  const { description, example, nullable, optional } = docs;
  return {
    ...schemaOf(rule),
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example }),
    ...(nullable === true ? { nullable } : {}),
    required: optional !== true,
  } as ApiPropertyOptions;
}

function schemaOf(rule: PropertyRule): ApiPropertyOptions {
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
