/** Ends a `switch` over a closed union: a new member without a case is a compile error, and a lie in a cast is loud. */
export function unreachable(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}
