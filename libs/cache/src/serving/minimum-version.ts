import type { Version } from '../core/version.js';

const spelling = /^\s*"?(\d{1,15})[;.](\d{1,15})"?\s*$/;

/** Nothing held is that new: whoever sends what cannot be read is answered from the owner, never with less than they saw. */
const beyondAnyVersion: Version = Object.freeze({ epoch: Number.MAX_SAFE_INTEGER, sequence: Number.MAX_SAFE_INTEGER });

/** What a client sends along that has seen a change acknowledged: `<epoch>;<sequence>`, as `formatMinimumVersion` wrote it. */
export function parseMinimumVersion(field: string | readonly string[] | undefined): Version | undefined {
  if (field === undefined) return undefined;
  const match = typeof field === 'string' ? spelling.exec(field) : null;
  return match === null ? beyondAnyVersion : { epoch: Number(match[1]), sequence: Number(match[2]) };
}

/** The token for the answer to a change: who sends it along with a later read is shown at least this version. */
export function formatMinimumVersion(version: Version): string {
  return `${version.epoch};${version.sequence}`;
}
