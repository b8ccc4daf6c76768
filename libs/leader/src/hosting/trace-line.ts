import type { TraceEvent } from '@quorumkit/raft';

export interface TraceLine {
  readonly level: 'error' | 'warn' | 'log' | 'debug';
  readonly text: string;
}

/**
 * One line for the log: `error` where a promise is broken from outside, `warn` where a member is less than it should be,
 * `log` for what changes who leads; the rest only for whoever asks for `debug`.
 */
export function describeTrace(event: TraceEvent): TraceLine {
  switch (event.kind) {
    case 'becameFollower':
      return {
        level: 'log',
        text: `follower in term ${event.term}, leader ${event.leader ?? 'unknown'}: ${event.why}`,
      };
    case 'preVoteStarted':
      return { level: 'debug', text: `asks whether it could win term ${event.term}: ${event.why}` };
    case 'electionStarted':
      return { level: 'log', text: `candidate in term ${event.term}: ${event.why}` };
    case 'voteGranted':
      return { level: 'debug', text: `votes for ${event.candidate} in term ${event.term}` };
    case 'voteRefused':
      return { level: 'debug', text: `refuses ${event.candidate} its vote in term ${event.term}: ${event.why}` };
    case 'becameLeader':
      return { level: 'log', text: `leader in term ${event.term}, elected by ${event.votes.join(', ')}` };
    case 'committedInTerm':
      return { level: 'debug', text: `the first entry of term ${event.term} is committed at index ${event.index}` };
    case 'logTruncated':
      return { level: 'log', text: `removed uncommitted entries from index ${event.from} on (term ${event.term})` };
    case 'leaderForgotten':
      return { level: 'log', text: `gives up on leader ${event.leader ?? 'unknown'} of term ${event.term}` };
    case 'nominationRefused':
      return { level: 'debug', text: `does not follow a nomination in term ${event.term}: ${event.why}` };
    case 'transferStarted':
      return { level: 'log', text: `hands leadership of term ${event.term} to ${event.target}` };
    case 'transferAborted':
      return { level: 'log', text: `gives up handing leadership to ${event.target}: ${event.why}` };
    case 'followerRegressed':
      return {
        level: 'error',
        text:
          `${event.peer} lacks entries that it had confirmed: its log ends before ${event.conflictIndex}, it had ${event.matchIndex}. ` +
          'Its disk was rolled back, or an older copy of its folder was put in place, and votes may be forgotten with it. ' +
          'It is sent everything again. Stop it, empty its folder and start it: then it counts for nothing until it has everything.',
      };
    case 'memberLostStore':
      return {
        level: 'warn',
        text: `${event.peer} has lost its store and begins with an empty one (${event.storeId}): it counts for nothing until it has everything`,
      };
    case 'messageDropped':
      return { level: 'debug', text: `drops a ${event.messageKind} from ${event.from}: ${event.why}` };
    default:
      // Not exhaustive on purpose: an event that this line does not know is still worth a line.
      return { level: 'debug', text: JSON.stringify(event) };
  }
}
