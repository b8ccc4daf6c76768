import type { FieldProblem } from '../problem/problem-details.js';

/** Deepest nesting that `parseDto` looks into; no message needs more than five levels. */
export const messageDepthMax = 16;

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Looks for what must not reach class-transformer: nesting that would overflow its recursion, and keys that touch
 * prototypes. Walks without recursion, and stops at the first finding since the value is not worth more.
 */
export function findHostileStructure(value: unknown): FieldProblem | undefined {
  const open: { value: unknown; depth: number; pointer: string }[] = [{ value, depth: 1, pointer: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { depth, pointer } = next;
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (depth > messageDepthMax)
      return { pointer: '', detail: `must not be nested deeper than ${messageDepthMax} levels` };
    for (const key of Object.keys(next.value)) {
      if (forbiddenKeys.has(key) && !Array.isArray(next.value)) {
        return { pointer: `${pointer}/${key}`, detail: 'is not a property that may be sent' };
      }
      const child = (next.value as Record<string, unknown>)[key];
      if (typeof child === 'object' && child !== null) {
        open.push({ value: child, depth: depth + 1, pointer: `${pointer}/${escapePointer(key)}` });
      }
    }
  }
  return undefined;
}

/** One reference token of a JSON pointer (RFC 6901, section 3). */
export function escapePointer(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}
