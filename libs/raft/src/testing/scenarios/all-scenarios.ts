import { disturbances } from './disturbances.js';
import { elections } from './elections.js';
import { membership } from './membership.js';
import { reads } from './reads.js';
import { replication } from './replication.js';
import type { Scenario } from './scenario.js';
import { slowLinks } from './slow-links.js';
import { snapshots } from './snapshots.js';
import { takeOvers } from './take-overs.js';

/** Directed scenarios for what random schedules find late or never; each must hold on a correct core. */
export const scenarios: readonly Scenario[] = [
  ...elections,
  ...replication,
  ...slowLinks,
  ...reads,
  ...snapshots,
  ...membership,
  ...disturbances,
  ...takeOvers,
];
