import type { Entry } from '../../entry.js';
import type { HostedStateMachine } from '../applied-state.js';
import { bytesOf, textOf, writeText } from '../text-bytes.js';
import type { SimulatedStateMachine } from './workload.js';

/** A command as it travels: `sequence` counts the commands of one client, and stays the same when it retries. */
export interface SessionCommand {
  readonly client: number;
  readonly sequence: number;
  readonly command: unknown;
}

export type SessionResult =
  | { readonly kind: 'applied'; readonly result: unknown }
  /** The client has had a later command applied since: it does not wait for this one any more. */
  | { readonly kind: 'stale' };

interface Session {
  sequence: number;
  result: unknown;
}

/** Carries the command besides its bytes: the simulation passes data on by reference, so hardly anybody has to parse it. */
class CommandBytes extends Uint8Array {
  command: SessionCommand | undefined;
}

/** @returns an array of its own each time: two proposals of one command are two entries. */
export function encodeCommand(command: SessionCommand): Uint8Array {
  const json = asciiJson(command);
  const bytes = new CommandBytes(json.length);
  writeText(json, bytes);
  bytes.command = command;
  return bytes;
}

export function decodeCommand(bytes: Uint8Array): SessionCommand {
  const command = bytes instanceof CommandBytes ? bytes.command : undefined;
  return command ?? (JSON.parse(textOf(bytes)) as SessionCommand);
}

/**
 * A user's state machine behind a session table (dissertation §6.3): a command that a client sends again is answered
 * with the first result. The table is part of the state, so it is in every snapshot.
 */
export class SessionMachine implements HostedStateMachine {
  private readonly sessions = new Map<number, Session>();

  constructor(readonly inner: SimulatedStateMachine) {}

  apply(entry: Entry): SessionResult | undefined {
    if (entry.kind !== 'command') return undefined;
    const { client, sequence, command } = decodeCommand(entry.data);
    const session = this.sessions.get(client);
    if (session !== undefined && sequence < session.sequence) return stale;
    if (session !== undefined && sequence === session.sequence) return { kind: 'applied', result: session.result };
    const result = this.inner.apply(command);
    this.sessions.set(client, { sequence, result });
    return { kind: 'applied', result };
  }

  snapshot(): Uint8Array {
    return bytesOf(asciiJson({ state: this.inner.snapshot(), sessions: [...this.sessions] }));
  }

  restore(snapshot: Uint8Array): void {
    const { state, sessions } = JSON.parse(textOf(snapshot)) as { state: unknown; sessions: [number, Session][] };
    this.inner.restore(state);
    this.sessions.clear();
    for (const [client, session] of sessions) this.sessions.set(client, session);
  }

  digest(): string {
    const sessions = [...this.sessions].sort(([left], [right]) => left - right);
    return JSON.stringify({ state: this.inner.snapshot(), sessions });
  }
}

const stale: SessionResult = { kind: 'stale' };

const beyondAscii = /[\u0080-\uffff]/;

/** The bytes of the simulation hold one ASCII character each. */
function asciiJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!beyondAscii.test(json)) return json;
  return json.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
