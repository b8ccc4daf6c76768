import type { Fence } from '../election/election.js';

/** The header that carries a fence: `group;term`. */
export const fenceHeader = 'x-fence';

export function formatFence(fence: Fence): string {
  return `${fence.group};${fence.term}`;
}

/** Undefined for anything but exactly what `formatFence` gives. */
export function parseFence(value: string): Fence | undefined {
  const match = /^([A-Za-z0-9_-]{1,64});(0|[1-9][0-9]{0,14})$/.exec(value);
  return match === null ? undefined : { group: match[1] as string, term: Number(match[2]) };
}
