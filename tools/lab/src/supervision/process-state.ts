import { LabError } from '../lab-error.js';

export type ProcessState = 'running' | 'paused' | 'dead';
export type ProcessAction = 'start' | 'kill' | 'pause' | 'resume';

export interface ProcessStanding {
  readonly name: string;
  readonly state: ProcessState;
  readonly pid: number | null;
}

/** The state that follows; throws a refusal that says what to do instead. `kill` ends as `dead` only once the process has exited. */
export function decideAction(action: ProcessAction, standing: ProcessStanding): ProcessState {
  const { name, state, pid } = standing;
  switch (action) {
    case 'start':
      if (state === 'running') throw new LabError('already-running', `${name} is already running (pid ${pid}).`);
      if (state === 'paused')
        throw new LabError(
          'already-running',
          `${name} is paused, not dead (pid ${pid}). Resume it: npm run lab -- resume ${name}`,
        );
      return 'running';
    case 'kill':
      if (state === 'dead')
        throw new LabError('already-dead', `${name} is already dead. Start it: npm run lab -- start ${name}`);
      return 'dead';
    case 'pause':
      if (state === 'dead')
        throw new LabError(
          'already-dead',
          `${name} is dead and cannot be paused. Start it: npm run lab -- start ${name}`,
        );
      if (state === 'paused')
        throw new LabError(
          'already-paused',
          `${name} is already paused (pid ${pid}). Resume it: npm run lab -- resume ${name}`,
        );
      return 'paused';
    case 'resume':
      if (state === 'dead')
        throw new LabError(
          'already-dead',
          `${name} is dead and cannot be resumed. Start it: npm run lab -- start ${name}`,
        );
      if (state === 'running') throw new LabError('not-paused', `${name} is not paused (pid ${pid}).`);
      return 'running';
  }
}
