import { constants } from 'node:os';
import { LabError } from '../lab-error.js';

/** `KILL` or `SIGKILL` to the signal's full name. STOP and CONT are refused: the lab must know who is paused. */
export function parseSignal(text: string): NodeJS.Signals {
  const upper = text.toUpperCase();
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`;
  if (name === 'SIGSTOP' || name === 'SIGTSTP' || name === 'SIGCONT') {
    throw new LabError(
      'invalid-command',
      `${name} is not sent by kill. Use: npm run lab -- pause <name>, npm run lab -- resume <name>`,
    );
  }
  if (!Object.hasOwn(constants.signals, name)) {
    throw new LabError('invalid-command', `Unknown signal '${text}'. Usual ones: KILL, TERM, INT, ABRT.`);
  }
  return name as NodeJS.Signals;
}
