/** Why a JSON text is refused although its grammar may be right. */
export type JsonFinding =
  | { readonly kind: 'too_deep'; readonly depthMax: number }
  | { readonly kind: 'duplicate_property'; readonly name: string }
  | { readonly kind: 'forbidden_property'; readonly name: string };

const forbiddenNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Looks through a JSON text for what `JSON.parse` hides: nesting deeper than `depthMax`, properties that appear twice in
 * one object, names that reach prototypes (escaped spellings too). One pass, no recursion, linear time; a text that is
 * not JSON is left to the parser to refuse. An object or array at the top is depth 1.
 */
export function scanJson(text: string, depthMax: number): JsonFinding | undefined {
  // One set of names an open object, `undefined` for an open array.
  const open: (Set<string> | undefined)[] = [];
  for (let offset = 0; offset < text.length; offset += 1) {
    const unit = text.charCodeAt(offset);
    if (unit === quote) {
      const end = endOfString(text, offset);
      const names = open.at(-1);
      if (names !== undefined && isFollowedByColon(text, end)) {
        const name = nameOf(text, offset, end);
        if (forbiddenNames.has(name)) return { kind: 'forbidden_property', name };
        if (names.has(name)) return { kind: 'duplicate_property', name };
        names.add(name);
      }
      offset = end - 1;
    } else if (unit === openBrace || unit === openBracket) {
      if (open.length >= depthMax) return { kind: 'too_deep', depthMax };
      open.push(unit === openBrace ? new Set() : undefined);
    } else if (unit === closeBrace || unit === closeBracket) {
      open.pop();
    }
  }
  return undefined;
}

/** The offset behind the closing quote; the end of the text when there is none. */
function endOfString(text: string, start: number): number {
  for (let offset = start + 1; offset < text.length; offset += 1) {
    const unit = text.charCodeAt(offset);
    if (unit === quote) return offset + 1;
    if (unit === backslash) offset += 1;
  }
  return text.length;
}

function isFollowedByColon(text: string, from: number): boolean {
  for (let offset = from; offset < text.length; offset += 1) {
    const unit = text.charCodeAt(offset);
    if (unit === colon) return true;
    if (unit !== 0x20 && unit !== 0x09 && unit !== 0x0a && unit !== 0x0d) return false;
  }
  return false;
}

function nameOf(text: string, start: number, end: number): string {
  const literal = text.slice(start, end);
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    return JSON.parse(literal) as string;
  } catch (error) {
    // Not JSON: the parser, which runs afterwards on the same text, refuses it.
    return error instanceof SyntaxError ? literal : String(error);
  }
}
