/**
 * One incarnation of a subscriber's cache, from an empty cache to the next flush: `<instance>.<ordinal>`.
 * The instance is random for each process, the ordinal rises by one at every registration of that process. So the owner
 * knows that of one instance only the highest ordinal can still be serving: a cache is emptied before it asks for the next.
 */
export interface Session {
  /** 32 lower-case hexadecimal digits. */
  readonly instance: string;
  /** 1 or more. */
  readonly ordinal: number;
}

export const sessionPattern = /^([0-9a-f]{32})\.([1-9][0-9]{0,14})$/;

export function formatSession(session: Session): string {
  return `${session.instance}.${session.ordinal}`;
}

export function parseSession(text: unknown): Session | undefined {
  const match = typeof text === 'string' ? sessionPattern.exec(text) : null;
  return match === null ? undefined : { instance: match[1] as string, ordinal: Number(match[2]) };
}

/** Is `later` proof that `earlier` serves nothing any more? */
export function supersedes(later: Session, earlier: Session): boolean {
  return later.instance === earlier.instance && later.ordinal > earlier.ordinal;
}
