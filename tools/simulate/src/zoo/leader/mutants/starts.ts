import { leaderMutant } from '../leader-mutant.js';

/** Whether an empty folder is the first of its group, or a lost one. */
export const starts = [
  leaderMutant(
    'empty-folder-takes-part',
    'A member with an empty folder asks before it votes.',
    'runtime/lost-stores',
    ['runtime/opening.ts', "if (ports.ask === undefined || config.firstStart === 'assumeNew')", 'if (true)'],
  ),
  leaderMutant(
    'new-group-by-majority',
    'Only when all other members say that they have no log is the group new.',
    'runtime/lost-stores',
    ['runtime/first-start.ts', 'if (silent.length === 0)', 'if (silent.length <= others.length / 2)'],
  ),
  leaderMutant('witness-not-believed', 'One member with a log proves that the group exists.', 'runtime/lost-stores', [
    'runtime/first-start.ts',
    "standings[position]?.history === 'some'",
    'standings[position]?.history === undefined',
  ]),
  leaderMutant(
    'rounds-of-answers-mixed',
    'A member that may have been elected since is asked again: answers of different rounds are not put together.',
    'runtime/lost-stores',
    [
      'runtime/first-start.ts',
      'others.map((member) => ask(member).catch(',
      "others.map((member) => (seen.get(member) ?? ask(member).then((told) => (told.history === 'none' && seen.set(member, Promise.resolve(told)), told))).catch(",
    ],
    [
      'runtime/first-start.ts',
      "  let told = '';",
      "  let told = '';\n  const seen = new Map<GroupMember, Promise<PeerStanding>>();",
    ],
  ),
  leaderMutant(
    'lost-store-keeps-its-name',
    'A lost store gets an id of its own, durably: it does not speak for the voter.',
    'runtime/lost-stores',
    [
      'runtime/first-start.ts',
      'const storeId = await store.identify();\n    return { ...stored, storeId };',
      'return stored;',
    ],
  ),
  leaderMutant(
    'vote-of-a-running-term-free',
    'In a term that others know already, the vote counts as given.',
    'runtime/lost-stores',
    ['runtime/first-start.ts', 'if (found.term === 0) return stored;', 'return stored;'],
  ),
  leaderMutant('waiting-member-says-some', 'A member that is still asking knows of no log.', 'runtime/lost-stores', [
    'runtime/group-replica.ts',
    "if (this.driver === undefined) return 'none';",
    "if (this.driver === undefined) return 'unknown';",
  ]),
  leaderMutant(
    'lost-store-denies-the-group',
    'Who knows that its store was lost says that its group has a log.',
    'runtime/lost-stores',
    ['runtime/group-replica.ts', 'this.lostStore || this.driver.status()', 'this.driver.status()'],
  ),
  leaderMutant(
    'waiting-member-campaigns',
    'Who does not know whether its group is new is not nominated.',
    'runtime/lost-stores',
    [
      'runtime/group-replica.ts',
      "if (this.isOpen && this.driver === undefined) return 'it does not know yet whether its group is new';",
      '',
    ],
  ),
];
