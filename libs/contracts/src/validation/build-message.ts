import { parseProductName } from '../products/product-name.js';

import { obeysScalarRule } from './property-rules.js';
import { type MessageClass, type PropertySpec, propertySpecsOf } from './property-spec.js';

interface MessageShape {
  readonly type: MessageClass;
  readonly byName: ReadonlyMap<string, PropertySpec>;
  readonly requiredCount: number;
}

const shapes = new WeakMap<MessageClass, MessageShape>();

/**
 * Builds a message from a JSON value in one pass, without class-validator: the way of every valid message. Returns
 * `undefined` when anything is wrong (or when the class has no property decorators): then class-validator says what.
 * It accepts nothing that class-validator would refuse; a differential test holds the two together.
 */
export function buildMessage<T extends object>(type: MessageClass<T>, value: unknown): T | undefined {
  const shape = shapeOf(type);
  return shape.byName.size === 0 ? undefined : (build(shape, value) as T | undefined);
}

/** Whether a value is what `JSON.parse` makes of `{…}`. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function shapeOf(type: MessageClass): MessageShape {
  let shape = shapes.get(type);
  if (shape === undefined) {
    const specs = propertySpecsOf(type);
    shape = {
      type,
      byName: new Map(specs.map((spec) => [spec.name, spec])),
      requiredCount: specs.filter(({ docs }) => docs.optional !== true).length,
    };
    shapes.set(type, shape);
  }
  return shape;
}

function build(shape: MessageShape, value: unknown): object | undefined {
  if (!isPlainObject(value)) return undefined;
  const message = new shape.type() as Record<string, unknown>;
  let requiredFound = 0;
  for (const name of Object.keys(value)) {
    const spec = shape.byName.get(name);
    if (spec === undefined) return undefined;
    const built = buildProperty(spec, value[name]);
    if (built === undefined) return undefined;
    message[name] = built;
    if (spec.docs.optional !== true) requiredFound += 1;
  }
  return requiredFound === shape.requiredCount ? message : undefined;
}

// Every rule refuses `undefined` itself, so `undefined` can stand for "not valid".
function buildProperty(spec: PropertySpec, value: unknown): unknown {
  const { rule } = spec;
  if (value === null) return spec.docs.nullable === true ? null : undefined;
  switch (rule.kind) {
    case 'product-name':
      return parseProductName(value);
    case 'message':
      return build(shapeOf(rule.of), value);
    case 'list': {
      if (!Array.isArray(value) || value.length > rule.countMax) return undefined;
      const shape = shapeOf(rule.of);
      const messages: object[] = [];
      for (const item of value) {
        const message = build(shape, item);
        if (message === undefined) return undefined;
        messages.push(message);
      }
      return messages;
    }
    default:
      return obeysScalarRule(rule, value) ? value : undefined;
  }
}
