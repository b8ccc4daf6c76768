import 'reflect-metadata';

import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';

import type { FieldProblem } from '../problem/problem-details.js';

import { buildMessage, isPlainObject } from './build-message.js';
import { escapePointer, findHostileStructure } from './hostile-structure.js';
import type { MessageClass } from './property-spec.js';

export type ParsedDto<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/** Most problems that are listed for one message. */
export const fieldProblemsMax = 50;

/**
 * Reads a JSON value as a message of the given class, or says everything that is wrong with it.
 *
 * Promise: only what the class declares gets through (unknown properties are problems, at every level); nothing is
 * converted (`"5"`, `true` and `[1]` are no numbers); product names come out in NFC; the result is an instance made of
 * fresh objects. Never throws for hostile input, whatever its depth or keys.
 * Non-promise: it sees what `JSON.parse` left: duplicate properties must be found in the text before.
 */
export function parseDto<T extends object>(type: MessageClass<T>, value: unknown): ParsedDto<T> {
  const built = buildMessage(type, value);
  return built === undefined ? parseWithClassValidator(type, value) : { ok: true, value: built };
}

/** The thorough way of `parseDto`: slower, and able to say what is wrong. */
export function parseWithClassValidator<T extends object>(type: MessageClass<T>, value: unknown): ParsedDto<T> {
  if (!isPlainObject(value)) return refuse([{ pointer: '', detail: 'must be a JSON object' }]);
  const hostile = findHostileStructure(value);
  if (hostile !== undefined) return refuse([hostile]);
  const message = plainToInstance(type, value, { enableImplicitConversion: false, exposeDefaultValues: false });
  const errors = validateSync(message, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true });
  return errors.length === 0 ? { ok: true, value: message } : refuse(flatten(errors, ''));
}

function refuse(problems: FieldProblem[]): { ok: false; problems: readonly FieldProblem[] } {
  return { ok: false, problems: problems.slice(0, fieldProblemsMax) };
}

function flatten(errors: readonly ValidationError[], parent: string): FieldProblem[] {
  return errors.flatMap((error) => {
    const pointer = `${parent}/${escapePointer(error.property)}`;
    const own = error.constraints === undefined ? [] : [{ pointer, detail: detailOf(error.constraints) }];
    return [...own, ...flatten(error.children ?? [], pointer)];
  });
}

function detailOf(constraints: Record<string, string>): string {
  if (constraints['whitelistValidation'] !== undefined) return 'is not a property of this message';
  // What is no list or object at all need not hear about its contents.
  const { nestedValidation, ...others } = constraints;
  const details = Object.values(others);
  return details.length > 0 ? [...new Set(details)].join('; ') : (nestedValidation ?? 'is not valid');
}
