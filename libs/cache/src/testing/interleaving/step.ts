import { unreachable } from '../../core/invariant.js';
import { settled } from '../manual-scheduler.js';
import type { Hindrance, Traffic } from './pooled-network.js';
import type { RealStore } from './real-store.js';

/** What happens next in a history. */
export type Step =
  | { readonly kind: 'get'; readonly frontend: string; readonly name: string; readonly asBuyer: boolean }
  | {
      readonly kind: 'sell';
      readonly names: readonly string[];
      readonly mode: 'strict' | 'background';
      readonly present: boolean;
    }
  /** `which` counts round the messages that are there. */
  | { readonly kind: 'deliver' | 'duplicate' | 'drop'; readonly which: number; readonly of?: Traffic }
  | { readonly kind: 'calm' }
  /** Time alone: what falls due is sent, nothing arrives. */
  | { readonly kind: 'advance'; readonly ms: number }
  /** Time in which messages arrive soon. */
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'cut'; readonly frontend: string; readonly direction: 'to' | 'from' | 'both' }
  | { readonly kind: 'hinder'; readonly frontend: string; readonly traffic: Traffic; readonly how: Hindrance }
  | { readonly kind: 'heal' }
  | { readonly kind: 'restart owner'; readonly leaseMs: number }
  | { readonly kind: 'restart frontend'; readonly frontend: string; readonly crashes: boolean };

const sliceMs = 50;

export async function take(step: Step, store: RealStore): Promise<void> {
  const { network, scheduler } = store;
  switch (step.kind) {
    case 'get':
      store.get(step.frontend, step.name, step);
      break;
    case 'sell':
      store.sell(step.names, step);
      break;
    case 'deliver':
      network.deliver(step.which, step);
      break;
    case 'duplicate':
      network.deliver(step.which, { ...step, stays: true });
      break;
    case 'drop':
      network.lose(step.which, step.of);
      break;
    case 'calm':
      await network.calm();
      break;
    case 'advance':
      await scheduler.advance(step.ms);
      break;
    case 'pass':
      for (let left = step.ms; left > 0; left -= sliceMs) {
        await scheduler.advance(Math.min(left, sliceMs));
        await network.calm();
      }
      break;
    case 'cut':
      if (step.direction !== 'from') network.cut('owner', step.frontend);
      if (step.direction !== 'to') network.cut(step.frontend, 'owner');
      break;
    case 'hinder':
      network.hinder(step.frontend, step.traffic, step.how);
      break;
    case 'heal':
      network.heal();
      break;
    case 'restart owner':
      await store.restartOwner(step.leaseMs);
      break;
    case 'restart frontend':
      await store.restartFrontend(step.frontend, step);
      break;
    default:
      unreachable(step);
  }
  await settled();
}

/** One line of a counter-example. */
export function tell(step: Step): string {
  switch (step.kind) {
    case 'get':
      return `get ${step.name} at ${step.frontend}${step.asBuyer ? ' as the buyer' : ''}`;
    case 'sell':
      return `sell ${step.names.join(', ')} (${step.mode}), ${step.present ? 'some' : 'none'} left`;
    case 'deliver':
    case 'duplicate':
    case 'drop':
      return `${step.kind} ${step.of === undefined ? 'message' : `${step.of.what} ${step.of.leg}`} ${step.which}`;
    case 'calm':
      return 'everything arrives';
    case 'advance':
      return `${step.ms} ms, nothing arrives`;
    case 'pass':
      return `${step.ms} ms`;
    case 'cut':
      return `cut ${step.direction} ${step.frontend}`;
    case 'hinder':
      return `from now on, ${step.traffic.what} ${step.traffic.leg} of ${step.frontend} is ${step.how}`;
    case 'heal':
      return 'heal';
    case 'restart owner':
      return `restart the owner with leases of ${step.leaseMs} ms`;
    case 'restart frontend':
      return `${step.crashes ? 'crash' : 'stop'} and start ${step.frontend}`;
    default:
      return unreachable(step);
  }
}
