import type { DirectoryEvent } from '@quorumkit/leader';
import type { JsonLogger, LogLevel } from '@toystore/service';

/** What happens often while there is no leader is for a closer look only. */
const levels: Readonly<Record<DirectoryEvent['kind'], LogLevel>> = {
  adopted: 'info',
  doubted: 'info',
  nominated: 'info',
  nominationRefused: 'info',
  waiting: 'debug',
  memberFailed: 'debug',
};

/** Writes what the directory notices and does to the log. */
export function traceTo(logger: JsonLogger): (event: DirectoryEvent) => void {
  return ({ kind, ...facts }) => logger.write(levels[kind], `election: ${kind}`, facts);
}
