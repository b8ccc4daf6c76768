/** A class whose instances are messages. */
export type MessageClass<T extends object = object> = new () => T;

/** What one property of a message must be: the source of its class-validator rule, its API docs and its fast check. */
export type PropertyRule =
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'price' }
  | { readonly kind: 'product-name' }
  | { readonly kind: 'text'; readonly lengthMin: number; readonly lengthMax: number }
  | { readonly kind: 'hex'; readonly digits: number }
  | { readonly kind: 'one-of'; readonly values: readonly string[] }
  | { readonly kind: 'flag' }
  | { readonly kind: 'message'; readonly of: MessageClass }
  | { readonly kind: 'list'; readonly of: MessageClass; readonly countMax: number };

/** What the API docs say about a property beside its rule. */
export interface PropertyDocs {
  readonly description?: string;
  readonly example?: unknown;
  /** Whether `null` stands for "none". Default false. */
  readonly nullable?: boolean;
  /** Whether it may be left out. Default false. */
  readonly optional?: boolean;
}

export interface PropertySpec {
  readonly name: string;
  readonly rule: PropertyRule;
  readonly docs: PropertyDocs;
}

const specsOf = new Map<MessageClass, PropertySpec[]>();

/** Notes a property of a message class; called by the property decorators as the class is defined. */
export function addPropertySpec(type: MessageClass, spec: PropertySpec): void {
  const own = specsOf.get(type);
  if (own === undefined) specsOf.set(type, [spec]);
  else own.push(spec);
}

/** Every class with property decorators of its own, with these. */
export function allPropertySpecs(): ReadonlyMap<MessageClass, readonly PropertySpec[]> {
  return specsOf;
}

/** The properties of a message class, inherited ones first. Empty for a class without property decorators. */
export function propertySpecsOf(type: MessageClass): readonly PropertySpec[] {
  const parent = Object.getPrototypeOf(type) as MessageClass | null;
  const inherited = typeof parent === 'function' && parent !== Function.prototype ? propertySpecsOf(parent) : [];
  return [...inherited, ...(specsOf.get(type) ?? [])];
}

/** Whether a value is a message class: one with property decorators of this library, own or inherited. */
export function isMessageClass(type: unknown): type is MessageClass {
  return typeof type === 'function' && propertySpecsOf(type as MessageClass).length > 0;
}
