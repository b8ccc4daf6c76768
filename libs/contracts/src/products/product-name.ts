declare const productName: unique symbol;

/** A product's name after NFC, known to obey the naming rule of `parseProductName`. */
export type ProductName = string & { readonly [productName]: true };

/** Longest product name, in code points. */
export const productNameLengthMax = 64;

const asciiName = /^[A-Za-z0-9][A-Za-z0-9 \-_.']{0,63}$/;
const unicodeName = /^[\p{L}\p{Nd}][\p{L}\p{Nd} \-_.']{0,63}$/u;

/**
 * The one rule for product names, in a path (after percent-decoding) and in a body: case-sensitive, compared after
 * NFC, 1–64 characters of letters, digits, space, `-`, `_`, `.`, `'`, the first one a letter or digit.
 * Anything else is `undefined`: a 404 in a path, a 400 in a body. Does not trim and does not say whether the product
 * exists.
 */
export function parseProductName(raw: unknown): ProductName | undefined {
  if (typeof raw !== 'string') return undefined;
  if (asciiName.test(raw)) return raw as ProductName;
  // A decomposed name may be longer than its composed form, but not without bound.
  if (raw.length > productNameLengthMax * 4) return undefined;
  const composed = raw.normalize('NFC');
  return unicodeName.test(composed) ? (composed as ProductName) : undefined;
}
