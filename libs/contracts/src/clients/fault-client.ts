import type { Fault } from '../faults/fault.js';
import { FaultReport } from '../faults/fault-report.js';
import { faultRoutes } from '../routes.js';
import type { HttpTransport, TransportAnswer } from '../transport/http-transport.js';
import type { CallTarget } from '../transport/transport-error.js';

import { readMessage, readProblem, unexpected } from './answer.js';
import { type CallOptions, CallSender } from './call-sender.js';

export type FaultResult =
  | { readonly kind: 'report'; readonly report: FaultReport }
  /** The process was started without fault injection: it has no such route. */
  | { readonly kind: 'not_injectable' }
  /** The process cannot suffer this fault. Nothing was armed. */
  | { readonly kind: 'refused'; readonly detail: string };

/** The fault route of one process that was started with fault injection. */
export class FaultClient {
  private readonly sender: CallSender;

  constructor(
    private readonly transport: HttpTransport,
    private readonly receiver = 'process',
  ) {
    this.sender = new CallSender(transport, receiver);
  }

  async arm(fault: Fault, options: CallOptions = {}): Promise<FaultResult> {
    const { answer, target } = await this.sender.post(faultRoutes.faults, fault, options);
    return resultOf(answer, target);
  }

  async report(options: CallOptions = {}): Promise<FaultResult> {
    const { answer, target } = await this.sender.get(faultRoutes.faults, options);
    return resultOf(answer, target);
  }

  /** Ends every fault that is armed; what it has done stays done. */
  async clear({ deadlineMs = 5_000 }: CallOptions = {}): Promise<FaultResult> {
    const call = { method: 'DELETE', path: faultRoutes.faults } as const;
    const answer = await this.transport.request({ ...call, deadlineMs });
    return resultOf(answer, { ...call, receiver: this.receiver });
  }
}

function resultOf(answer: TransportAnswer, target: CallTarget): FaultResult {
  if (answer.status === 200) return { kind: 'report', report: readMessage(FaultReport, answer, target) };
  const problem = readProblem(answer);
  if (problem.status === 404) return { kind: 'not_injectable' };
  if (problem.status === 400) return { kind: 'refused', detail: problem.detail };
  throw unexpected(problem, target);
}
