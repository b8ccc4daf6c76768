import type { DirectoryEvent } from '@quorumkit/leader';
import type { JsonLogger, LogLevel } from '@toystore/service';

/** What happens often while there is no leader is for a closer look only. */
const levels: Readonly<Record<DirectoryEvent['kind'], LogLevel>> = {
  adopted: 'info',
  doubted: 'info',
  membersLearned: 'info',
  nominated: 'info',
  nominationRefused: 'info',
  waiting: 'debug',
  memberFailed: 'debug',
};

/**
 * Writes what the directory notices and does to the log. Every request that fails at one leader doubts it anew; the
 * first of these doubts is the news. `group` comes first in each line.
 */
export function traceTo(logger: JsonLogger, group = 'election'): (event: DirectoryEvent) => void {
  let isDoubted = false;
  return (event) => {
    const { kind, ...facts } = event;
    const isRepeated = kind === 'doubted' && isDoubted;
    if (kind === 'doubted') isDoubted = true;
    if (kind === 'adopted') isDoubted = false;
    logger.write(isRepeated ? 'debug' : levels[kind], `${group}: ${kind}`, facts);
  };
}
