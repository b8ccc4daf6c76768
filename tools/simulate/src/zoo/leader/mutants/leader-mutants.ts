import type { LeaderMutant } from '../leader-mutant.js';
import { callers } from './callers.js';
import { directory } from './directory.js';
import { disk } from './disk.js';
import { fences } from './fences.js';
import { office } from './office.js';
import { peers } from './peers.js';
import { recovery } from './recovery.js';
import { replicatedState } from './replicated-state.js';
import { starts } from './starts.js';

/** Every rule of @quorumkit/leader that is taken away. */
export const leaderMutants: readonly LeaderMutant[] = [
  ...disk,
  ...recovery,
  ...starts,
  ...replicatedState,
  ...callers,
  ...office,
  ...fences,
  ...peers,
  ...directory,
];
