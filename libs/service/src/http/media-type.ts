/** What a body is, by its header. */
export type BodyKind = 'json' | 'octets';

const jsonType = /^application\/json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?[ \t]*$/i;

/**
 * Which body a `Content-Type` announces; `undefined` for every type that is not accepted. JSON is exactly
 * `application/json`, in UTF-8; no suffixes, no other parameters.
 */
export function bodyKindOf(contentType: string | undefined): BodyKind | undefined {
  if (contentType === 'application/json') return 'json';
  if (contentType === 'application/octet-stream') return 'octets';
  return contentType !== undefined && jsonType.test(contentType) ? 'json' : undefined;
}
