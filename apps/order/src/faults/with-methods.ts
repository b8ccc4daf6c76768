/**
 * The same port with some of its methods replaced. All others go to the real one, also those that a port may leave out
 * and those that it is given later: a wrapper that lists methods would drop them without a word.
 */
export function withMethods<T extends object>(real: T, replaced: Partial<T>): T {
  return new Proxy(real, {
    get: (target, name) => {
      if (Object.hasOwn(replaced, name)) return Reflect.get(replaced, name);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
