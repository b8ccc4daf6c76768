/** How many serials below the highest one of a session can still be told apart. A power of two. */
export const serialsTrackedMax = 65_536;
/** Most sessions (starts of processes) of one sender that are remembered at once. */
export const sessionsPerSenderMax = 32;

interface Session {
  highest: number;
  /** The latest signing time of an accepted call. */
  lastTimeMs: number;
  readonly seen: Uint32Array;
}

/**
 * Remembers which calls were accepted, so that none is accepted twice. Bounded: per sender a few sessions, per session
 * a bitmap over its latest serials (the anti-replay window of RFC 4303, section 3.4.3). What falls out at the lower end
 * is refused, never forgotten into acceptance; a session is dropped only when every call of it is too old anyway.
 */
export class ReplayWindow {
  private readonly sessions = new Map<string, Session>();

  constructor(private readonly windowMs: number) {}

  /** Accepts a call once. Only calls whose signature was verified may be shown, or strangers could use up serials. */
  accept(call: { session: string; serial: number; timeMs: number; nowMs: number }): boolean {
    const session = this.sessions.get(call.session) ?? this.open(call.session, call.nowMs);
    if (session === undefined) return false;
    if (call.serial > session.highest) advance(session, call.serial);
    else if (session.highest - call.serial >= serialsTrackedMax || isSeen(session, call.serial)) return false;
    mark(session, call.serial);
    if (call.timeMs > session.lastTimeMs) session.lastTimeMs = call.timeMs;
    return true;
  }

  private open(id: string, nowMs: number): Session | undefined {
    if (this.sessions.size >= sessionsPerSenderMax) {
      for (const [other, { lastTimeMs }] of this.sessions) {
        if (lastTimeMs + this.windowMs < nowMs) this.sessions.delete(other);
      }
      if (this.sessions.size >= sessionsPerSenderMax) return undefined;
    }
    const session: Session = { highest: 0, lastTimeMs: 0, seen: new Uint32Array(serialsTrackedMax / 32) };
    this.sessions.set(id, session);
    return session;
  }
}

const slotOf = (serial: number): number => serial % serialsTrackedMax;

function isSeen({ seen }: Session, serial: number): boolean {
  const slot = slotOf(serial);
  return ((seen[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0;
}

function mark({ seen }: Session, serial: number): void {
  const slot = slotOf(serial);
  seen[slot >>> 5] = (seen[slot >>> 5] ?? 0) | (1 << (slot & 31));
}

// The slots between the old and the new highest serial belonged to serials that have now left the window.
function advance(session: Session, serial: number): void {
  if (serial - session.highest >= serialsTrackedMax) session.seen.fill(0);
  else {
    for (let skipped = session.highest + 1; skipped <= serial; skipped += 1) {
      const slot = slotOf(skipped);
      session.seen[slot >>> 5] = (session.seen[slot >>> 5] ?? 0) & ~(1 << (slot & 31));
    }
  }
  session.highest = serial;
}
