import type { ProblemCode } from '../problem/problem-types.js';
import { problemCodeOf } from '../problem/problem-types.js';
import type { TransportAnswer } from '../transport/http-transport.js';
import { type CallTarget, UnexpectedAnswerError } from '../transport/transport-error.js';
import { parseDto } from '../validation/parse-dto.js';
import type { MessageClass } from '../validation/property-spec.js';

/** The peer said that it cannot serve now. Nothing was changed. */
export interface Unavailable {
  readonly kind: 'unavailable';
  readonly detail: string;
  /** When to try again, in ms; `undefined` when the peer did not say. */
  readonly retryAfterMs: number | undefined;
}

/** What a client reads of a problem document. Members of a foreign shape are left out. */
export interface ProblemAnswer {
  readonly status: number;
  readonly code: ProblemCode | undefined;
  readonly detail: string;
  readonly retryAfterMs: number | undefined;
  /** The whole document, for the extensions. */
  readonly members: Readonly<Record<string, unknown>>;
}

const wholeSeconds = /^[0-9]{1,6}$/;

/** Reads a successful answer's body as a message, or throws `UnexpectedAnswerError`: a peer is not trusted blindly. */
export function readMessage<T extends object>(type: MessageClass<T>, answer: TransportAnswer, target: CallTarget): T {
  const parsed = parseDto(type, parseBody(answer, target));
  if (parsed.ok) return parsed.value;
  const reason = parsed.problems.map(({ pointer, detail }) => `${pointer || 'the body'} ${detail}`).join('; ');
  throw new UnexpectedAnswerError(target, { status: answer.status, reason, definite: false });
}

/** Reads an error answer. A body that is no problem document still yields its status. */
export function readProblem(answer: TransportAnswer): ProblemAnswer {
  const members = problemMembers(answer);
  const detail = members['detail'];
  return {
    status: answer.status,
    code: problemCodeOf(members['type']),
    detail: typeof detail === 'string' ? detail : `status ${answer.status}`,
    retryAfterMs: retryAfterMsOf(answer),
    members,
  };
}

/** The error for an answer that the contract does not have at this place. */
export function unexpected(problem: ProblemAnswer, target: CallTarget): UnexpectedAnswerError {
  return new UnexpectedAnswerError(target, { status: problem.status, reason: problem.detail });
}

/** A 503 as a result. */
export function unavailable(problem: ProblemAnswer): Unavailable {
  return { kind: 'unavailable', detail: problem.detail, retryAfterMs: problem.retryAfterMs };
}

/** A non-negative integer member of a problem document, or `fallback`. */
export function integerMember(problem: ProblemAnswer, name: string, fallback: number): number {
  const value = problem.members[name];
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fallback;
}

/** A text member of a problem document. */
export function textMember(problem: ProblemAnswer, name: string): string | undefined {
  const value = problem.members[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function parseBody(answer: TransportAnswer, target: CallTarget): unknown {
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch (cause) {
    throw new UnexpectedAnswerError(target, {
      status: answer.status,
      reason: 'its body is not JSON',
      definite: false,
      cause,
    });
  }
}

function problemMembers(answer: TransportAnswer): Record<string, unknown> {
  const type = answer.headers['content-type'];
  if (typeof type !== 'string' || !/^application\/(?:problem\+)?json\b/.test(type)) return {};
  try {
    const value: unknown = JSON.parse(answer.body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    // A broken error body is still an error answer: the status alone decides then.
    return { detail: `its problem document is not JSON (${(error as Error).message})` };
  }
}

function retryAfterMsOf(answer: TransportAnswer): number | undefined {
  const value = answer.headers['retry-after'];
  return typeof value === 'string' && wholeSeconds.test(value) ? Number(value) * 1000 : undefined;
}
