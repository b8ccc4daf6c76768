/** What the leader that proposes an entry reads from its own two clocks. Travels in the entry. */
export interface TimeStamp {
  /** Wall clock, ms since 1970. */
  readonly wallMs: number;
  /** The term it leads in. */
  readonly term: number;
  /** Monotonic clock: how long it has led in that term, ms. */
  readonly leadingMs: number;
}

/** Log time, and the last stamp that moved it. */
export interface LogTime {
  /** Ms since 1970, with fractions. 0: no command was applied yet. */
  readonly ms: number;
  readonly term: number;
  readonly leadingMs: number;
}

export const beforeTheFirstEntry: LogTime = { ms: 0, term: 0, leadingMs: 0 };

/** How much faster or slower than the leaders' monotonic clocks log time may run: an hour a day. */
export const slewRatio = 1 / 24;

/**
 * The rule of log time; what it depends on is in the log.
 *
 * Invariants, for every entry, whatever the wall clocks show:
 * - log time never goes back;
 * - it advances by what the leader's monotonic clock measured since that leader's previous entry (since it took over,
 *   before its first one), by a 24th more at the most: no jump of a wall clock makes anything expire;
 * - and by a 24th less at the least: it goes on when a clock that was ahead is put right.
 *
 * Within that 24th it moves towards the leader's wall clock. The group's first command has nothing to protect yet and
 * sets log time to the wall clock.
 *
 * What no leader measured is not counted: between two leaders, and while the whole group was down. Log time is then
 * behind the wall clock, which keeps keys for longer, and makes an hour a day good.
 */
export function advanceLogTime(before: LogTime, stamp: TimeStamp, entryTerm: number): LogTime {
  const { term, leadingMs } = stamp;
  // Stamped in one leadership and appended in a later one of the same replica: it measured from another start.
  if (term !== entryTerm) return before;
  if (before.ms === 0) return { ms: Math.max(1, stamp.wallMs), term, leadingMs };
  const measuredMs = Math.max(0, leadingMs - (term === before.term ? before.leadingMs : 0));
  const slackMs = measuredMs * slewRatio;
  const gapMs = stamp.wallMs - (before.ms + measuredMs);
  const ms = before.ms + measuredMs + Math.min(slackMs, Math.max(-slackMs, gapMs));
  return { ms, term, leadingMs: Math.max(leadingMs, term === before.term ? before.leadingMs : 0) };
}

/** Of entries from before there was a monotonic part: as they were applied then, so that a replay gives the same. */
export function advanceToWallClock(before: LogTime, wallMs: number): LogTime {
  return { ...before, ms: Math.max(before.ms, wallMs) };
}
