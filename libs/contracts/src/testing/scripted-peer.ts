import type { TransportCall } from '../transport/http-transport.js';

/** What a scripted peer does with a call. */
export type PeerAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** A JSON body; error statuses get the problem type. */
      readonly json?: unknown;
      readonly body?: Uint8Array;
    }
  /** As if nobody listened. */
  | { readonly kind: 'refuse_connection' }
  /** The connection breaks before an answer. */
  | { readonly kind: 'break_connection' }
  /** The connection breaks in the middle of the answer's body. */
  | { readonly kind: 'break_answer' }
  /** No answer ever. */
  | { readonly kind: 'stay_silent' }
  /** The head of an answer, and its body never. */
  | { readonly kind: 'stall_answer' };

/** A call as the peer sees it. */
export interface SeenCall {
  readonly method: TransportCall['method'];
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Decides what happens to a call; may take its time. */
export type ScriptedPeer = (call: SeenCall) => PeerAnswer | Promise<PeerAnswer>;

/** Status, headers and bytes of an `answer`. */
export function renderAnswer(answer: Extract<PeerAnswer, { kind: 'answer' }>): {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
} {
  const body = answer.json === undefined ? Buffer.from(answer.body ?? []) : Buffer.from(JSON.stringify(answer.json));
  const type = answer.status >= 400 ? 'application/problem+json' : 'application/json';
  const typed: Record<string, string> = answer.json === undefined ? {} : { 'content-type': type };
  return { status: answer.status, headers: { ...typed, ...answer.headers }, body };
}
