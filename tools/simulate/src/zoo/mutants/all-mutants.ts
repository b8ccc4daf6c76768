import { elections } from './elections.js';
import { leadership } from './leadership.js';
import { membership } from './membership.js';
import type { Mutant } from './mutant.js';
import { replication } from './replication.js';
import { snapshots } from './snapshots.js';

/** Every bug of the zoo. */
export const allMutants: readonly Mutant[] = [...elections, ...replication, ...leadership, ...snapshots, ...membership];
