import { InvalidOptionsError } from '../errors/leader-errors.js';
import { membersProblems } from '../group/parse-group-options.js';
import type { LeaderDirectoryOptions } from './directory-options.js';

export type DirectorySettings = Required<LeaderDirectoryOptions>;

const ranges = {
  heartbeatIntervalMs: [0, 60_000, 3000],
  pollIntervalMs: [5, 1000, 25],
  probeTimeoutMs: [10, 10_000, 250],
  nominationIntervalMs: [50, 60_000, 250],
  attemptTimeoutMs: [0, 600_000, 1500],
  callsMax: [1, 1_000_000, 16_384],
} as const satisfies Partial<
  Record<keyof LeaderDirectoryOptions, readonly [min: number, max: number, byDefault: number]>
>;

/** @throws InvalidOptionsError that lists all problems */
export function parseDirectoryOptions(options: LeaderDirectoryOptions): DirectorySettings {
  const numbers = Object.fromEntries(
    Object.entries(ranges).map(([name, [, , byDefault]]) => [name, options[name as keyof typeof ranges] ?? byDefault]),
  ) as Record<keyof typeof ranges, number>;
  const problems = [
    ...(/^[A-Za-z0-9_-]{1,64}$/.test(options.group)
      ? []
      : [`group: 1–64 characters of a-z A-Z 0-9 _ - are needed, got ${JSON.stringify(options.group)}`]),
    ...membersProblems(options.members),
    ...Object.entries(ranges).flatMap(([name, [min, max]]) => {
      const value = numbers[name as keyof typeof ranges];
      return Number.isInteger(value) && value >= min && value <= max
        ? []
        : [`${name}: an integer ${min}–${max} is needed, got ${value}`];
    }),
  ];
  if (problems.length > 0) throw new InvalidOptionsError(`LeaderDirectory of group ${options.group}`, problems);
  const members = options.members.map((member) => Object.freeze({ ...member, url: member.url.replace(/\/$/, '') }));
  return Object.freeze({
    group: options.group,
    members,
    auth: options.auth,
    trace: options.trace ?? (() => undefined),
    ...numbers,
  });
}
