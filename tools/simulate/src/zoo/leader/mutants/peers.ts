import { leaderMutant } from '../leader-mutant.js';

/** Whose word is taken between processes. */
export const peers = [
  leaderMutant(
    'unsigned-calls-taken',
    'Calls that the authenticator refuses change nothing.',
    'leader.module › refuse calls that the authenticator',
    ['http/leader-call.guard.ts', "if (auth === 'none' || auth.verify === undefined) return true;", 'return true;'],
  ),
  leaderMutant('calls-unsigned', 'Every call to a peer is signed for its receiver.', 'transport/http-peer-transport', [
    'transport/http-peer-transport.ts',
    "auth === 'none' ? undefined :",
    'auth !== undefined ? undefined :',
  ]),
  leaderMutant(
    'message-of-another-taken',
    'A message for another member is refused.',
    'transport/http-peer-transport',
    ['transport/http-peer-transport.ts', 'if (to !== this.options.self)', 'if (false)'],
  ),
  leaderMutant('own-name-answered', 'A message under the own name is refused.', 'transport/http-peer-transport', [
    'transport/http-peer-transport.ts',
    'if (from === this.options.self)',
    'if (false)',
  ]),
  leaderMutant(
    'answer-of-another-taken',
    'An answer counts from the member that was asked.',
    'transport/http-peer-transport',
    ['transport/http-peer-transport.ts', 'if (from !== peer.id || isRequest(message)', 'if (isRequest(message)'],
  ),
  leaderMutant(
    'answer-to-another-request',
    'An answer counts for the request that it answers.',
    'transport/http-peer-transport',
    ['transport/http-peer-transport.ts', '|| message.requestId !== request.message.requestId', ''],
  ),
  leaderMutant('strangers-without-bound', 'Strangers that are answered are bounded.', 'transport/http-peer-transport', [
    'transport/http-peer-transport.ts',
    'if (this.strangers.size >= strangersMax)',
    'if (false)',
  ]),
  leaderMutant('stuck-connection-kept', 'A connection without answers is given up.', 'transport/http-peer-transport', [
    'transport/peer-lane.ts',
    'this.options.now() - oldest < this.options.requestTimeoutMs) return;',
    'this.options.now() - oldest < Infinity) return;',
  ]),
  leaderMutant('message-with-a-tail', 'A message that something follows is none.', 'transport/message-codec', [
    'transport/message-codec.ts',
    '  frame.end();\n',
    '',
  ]),
  leaderMutant('any-version-spoken', 'A message of an unknown version is refused.', 'transport/message-codec', [
    'transport/message-codec.ts',
    'if (found !== version && found !== extendedVersion)',
    'if (false)',
  ]),
  leaderMutant(
    'gone-at-the-first-drop',
    'One dropped connection does not say that a process is gone.',
    'transport/process-probe',
    ['transport/process-probe.ts', 'attempt <= options.attemptsMax', 'attempt <= 1'],
  ),
  leaderMutant('unreachable-is-gone', 'Who cannot be asked is not gone.', 'transport/process-probe', [
    'transport/process-probe.ts',
    "error.code === 'ECONNREFUSED' ? 'gone' :",
    "error.code !== 'ECONNRESET' && !connected ? 'gone' :",
  ]),
  leaderMutant(
    'second-process-starts',
    'A member whose address another process answers does not start.',
    'hosting/second-process',
    ['hosting/hosted-group.ts', 'if (boot !== undefined && boot !== this.bootId)', 'if (false)'],
  ),
  leaderMutant(
    'second-process-unheard',
    'Two processes that speak in turns as one member are told of.',
    'transport/peer-processes',
    [
      'transport/peer-processes.ts',
      'speaker.turnsBack = isBack ? speaker.turnsBack + 1 : 0;',
      'speaker.turnsBack = 0 * Number(isBack);',
    ],
  ),
  leaderMutant('restart-called-second-process', 'A restart is no second process.', 'transport/peer-processes', [
    'transport/peer-processes.ts',
    'speaker.turnsBack = isBack ? speaker.turnsBack + 1 : 0;',
    'speaker.turnsBack = speaker.turnsBack + 1 + 0 * Number(isBack);',
  ]),
  leaderMutant(
    'unknown-group-answered',
    'Nobody answers for a group that it does not host.',
    'leader.module › for unknown groups',
    [
      'hosting/leader-groups.ts',
      'return name === undefined ? this.all[0] : this.groups.get(name);',
      'return name === undefined ? this.all[0] : (this.groups.get(name) ?? this.all[0]);',
    ],
  ),
  leaderMutant(
    'status-of-another-believed',
    'The status of another member is silence.',
    'directory/decide-leader, directory/member-calls',
    ['directory/member-status.ts', "rest['id'] !== id ||", ''],
  ),
];
