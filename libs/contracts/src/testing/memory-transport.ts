import type { HttpTransport, TransportAnswer, TransportCall, TransportOptions } from '../transport/http-transport.js';
import { answerBytesMaxDefault, prepareCall } from '../transport/prepare-call.js';
import {
  CallAbortedError,
  type CallTarget,
  ConnectionFailedError,
  DeadlineExceededError,
  UnexpectedAnswerError,
} from '../transport/transport-error.js';
import { unreachable } from '../unreachable.js';

import { renderAnswer, type ScriptedPeer, type SeenCall } from './scripted-peer.js';

/**
 * A transport without a network: a function plays the peer. Keeps the calls that the peer saw. Silence counts as a
 * deadline that has passed, at once, so that tests wait for nothing.
 */
export class MemoryTransport implements HttpTransport {
  readonly calls: SeenCall[] = [];
  private readonly options: TransportOptions;
  private isClosed = false;

  constructor(
    private readonly peer: ScriptedPeer,
    private readonly receiver = 'memory',
    options: Pick<TransportOptions, 'sign' | 'answerBytesMax'> = {},
  ) {
    this.options = { ...options, baseUrl: 'http://memory', receiver };
  }

  async request(call: TransportCall): Promise<TransportAnswer> {
    const target: CallTarget = { method: call.method, path: call.path, receiver: this.receiver };
    if (call.signal?.aborted === true)
      throw new CallAbortedError(target, { definite: true, cause: call.signal.reason });
    if (!(call.deadlineMs > 0))
      throw new DeadlineExceededError(target, { deadlineMs: call.deadlineMs, definite: true });
    if (this.isClosed)
      throw new ConnectionFailedError(target, { definite: true, cause: new Error('the transport is closed') });
    const { body, headers } = prepareCall(call, this.options);
    const seen: SeenCall = { method: call.method, path: call.path, headers, body: Buffer.from(body ?? []) };
    this.calls.push(seen);
    const answer = await this.peer(seen);
    if (hasFired(call.signal)) throw new CallAbortedError(target, { definite: false, cause: call.signal?.reason });
    switch (answer.kind) {
      case 'refuse_connection':
        throw new ConnectionFailedError(target, { definite: true, cause: new Error('connection refused') });
      case 'break_connection':
      case 'break_answer':
        throw new ConnectionFailedError(target, { definite: false, cause: new Error('connection reset') });
      case 'stay_silent':
      case 'stall_answer':
        throw new DeadlineExceededError(target, { deadlineMs: call.deadlineMs, definite: false });
      case 'answer':
        return this.bounded(renderAnswer(answer), target);
      default:
        return unreachable(answer);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  private bounded(answer: TransportAnswer, target: CallTarget): TransportAnswer {
    const bytesMax = this.options.answerBytesMax ?? answerBytesMaxDefault;
    if (answer.body.length <= bytesMax) return answer;
    throw new UnexpectedAnswerError(target, {
      status: answer.status,
      reason: `its body is longer than ${bytesMax} bytes`,
      definite: false,
    });
  }
}

const hasFired = (signal: AbortSignal | undefined): boolean => signal?.aborted ?? false;
