import type { Message } from '../../message.js';
import type { SimulatedCluster } from '../simulated-cluster.js';
import type { Observation } from '../simulated-replica.js';

/** Enough to see what led to a failure. */
const linesMax = 400;

/** Writes down, a line each, what is sent and what replicas make of it. */
export class SequenceRecorder {
  readonly lines: string[] = [];

  constructor(private readonly cluster: SimulatedCluster) {
    cluster.network.onSend = ({ from, to, message }) => this.note(`${from} → ${to}  ${describeMessage(message)}`);
    cluster.listeners.push({ observe: (observation) => this.observe(observation) });
  }

  note(text: string): void {
    this.lines.push(`${this.cluster.clock.now.toFixed(2).padStart(10)}  ${text}`);
    if (this.lines.length > 2 * linesMax) this.lines.splice(0, linesMax);
  }

  private observe({ replica, input, effects }: Observation): void {
    const { id } = replica;
    if (input.kind !== 'message' && input.kind !== 'tick' && input.kind !== 'persisted') {
      this.note(`${id} is given ${input.kind}`);
    }
    if (input.kind === 'persisted') this.note(`${id} has batch ${input.sequence} on disk`);
    for (const { kind, ...about } of effects.trace) this.note(`${id} ${kind} ${JSON.stringify(about)}`);
    const [first] = effects.committed;
    const last = effects.committed[effects.committed.length - 1];
    if (first !== undefined && last !== undefined) this.note(`${id} applies ${first.index} to ${last.index}`);
  }
}

function describeMessage(message: Message): string {
  const { kind, requestId, term, ...about } = message;
  const details = Object.entries(about).map(([name, value]) => {
    if (name === 'entries' && Array.isArray(value)) return `entries ${value.length}`;
    if (value instanceof Uint8Array) return `${name} ${value.byteLength} bytes`;
    return `${name} ${JSON.stringify(value)}`;
  });
  return [`${kind} #${requestId}`, `term ${term}`, ...details].join(', ');
}
