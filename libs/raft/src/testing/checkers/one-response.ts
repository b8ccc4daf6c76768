import type { Envelope, Message, RequestMessage } from '../../message.js';
import type { Observation } from '../simulated-replica.js';
import { PropertyViolation, type Checker } from './checker.js';

/** Every request is answered by exactly one response in the same step, or by a trace that says why not. */
export class OneResponse implements Checker {
  observe({ replica, input, effects }: Observation): void {
    if (input.kind !== 'message' || !isRequest(input.message.kind)) return;
    const { from, message } = input;
    const answers = countAnswers(effects.send, from, message) + countAnswers(effects.sendAfterPersist, from, message);
    let drops = 0;
    for (const event of effects.trace) if (event.kind === 'messageDropped') drops += 1;
    if (answers + drops !== 1) {
      throw new PropertyViolation(
        'One Response',
        `${replica.id} gives ${answers} answers to a ${message.kind} and ${drops} reasons for none`,
      );
    }
  }
}

function countAnswers(sent: readonly Envelope[], to: string, { requestId }: Message): number {
  let answers = 0;
  for (const envelope of sent) {
    if (envelope.to !== to || envelope.message.requestId !== requestId) continue;
    if (!isRequest(envelope.message.kind)) answers += 1;
  }
  return answers;
}

function isRequest(kind: string): kind is RequestMessage['kind'] {
  return kind.endsWith('Request');
}
