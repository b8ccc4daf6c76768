import type { RequestMessage } from '../../message.js';
import type { Observation } from '../simulated-replica.js';
import { PropertyViolation, type Checker } from './checker.js';

/** Every request is answered by exactly one response in the same step, or by a trace that says why not. */
export class OneResponse implements Checker {
  observe({ replica, input, effects }: Observation): void {
    if (input.kind !== 'message' || !isRequest(input.message.kind)) return;
    const { from, message } = input;
    const sent = [...effects.send, ...effects.sendAfterPersist];
    const responses = sent.filter((envelope) => envelope.to === from && !isRequest(envelope.message.kind));
    const answers = responses.filter((envelope) => envelope.message.requestId === message.requestId);
    const drops = effects.trace.filter((event) => event.kind === 'messageDropped').length;
    if (answers.length + drops !== 1) {
      throw new PropertyViolation(
        'One Response',
        `${replica.id} gives ${answers.length} answers to a ${message.kind} and ${drops} reasons for none`,
      );
    }
  }
}

function isRequest(kind: string): kind is RequestMessage['kind'] {
  return kind.endsWith('Request');
}
