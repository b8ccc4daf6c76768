/**
 * The operating system's code of an error (`ENOENT`), or undefined. Not by `instanceof Error`: errors of Node's own
 * modules belong to another realm when the code runs inside a `vm` context, as under Jest.
 */
export function errorCodeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
