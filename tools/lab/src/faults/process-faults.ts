import {
  FaultClient,
  FaultOrder,
  parseDto,
  parseFault,
  type Fault,
  type FaultReport,
  type FaultResult,
} from '@toystore/contracts';
import { LabError, messageOf } from '../lab-error.js';
import type { ServicePeer } from '../observation/service-peers.js';
import type { ServiceStanding } from '../supervision/supervisor.js';

/** A process and what it has been told to suffer. */
export interface FaultedProcess {
  readonly name: string;
  readonly pid: number | null;
  readonly faults: FaultReport;
}

/** What `fault` is asked for: a fault to arm, or to show or clear those that are. */
export type FaultWish = Fault | { readonly kind: 'show' } | { readonly kind: 'clear' };

/** A process that is slow to answer may be suffering already. */
const deadlineMs = 5_000;

/** Reads what came over the wire; throws a refusal that names what is wrong with it. */
export function parseFaultWish(order: Readonly<Record<string, unknown>>): FaultWish {
  if (order['kind'] === 'show' || order['kind'] === 'clear') return { kind: order['kind'] };
  const parsed = parseDto(FaultOrder, order);
  if (!parsed.ok)
    throw refusal(parsed.problems.map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}`).join('; '));
  const fault = parseFault(parsed.value);
  if (fault.kind === 'refused') throw refusal(fault.why);
  return fault;
}

/** Carries a wish to a process that was started with fault injection. */
export async function wishFault(
  standing: ServiceStanding,
  peer: ServicePeer,
  wish: FaultWish,
): Promise<FaultedProcess> {
  const { name, pid, state, spec } = standing;
  if (spec.kind === 'frontend')
    throw refusal(`${name} keeps nothing and suffers no faults of its own; name an order replica or the catalog`);
  if (state === 'dead') throw new LabError('already-dead', `${name} is dead. Start it: npm run lab -- start ${name}`);
  if (state === 'paused')
    throw new LabError('already-paused', `${name} is paused (pid ${pid}). Resume it: npm run lab -- resume ${name}`);
  const result = await ask(new FaultClient(peer.transport, spec.nodeId), wish).catch((cause: unknown) => {
    throw new LabError(
      'no-answer',
      `${name} did not answer: ${messageOf(cause)}. What it suffers: npm run lab -- fault ${name} show`,
      { definite: false, cause },
    );
  });
  switch (result.kind) {
    case 'report':
      return { name, pid, faults: result.report };
    case 'refused':
      throw refusal(result.detail);
    case 'not_injectable':
      throw new LabError(
        'not-available',
        `${name} was started without fault injection. Start the store with it: npm start -- --faults`,
      );
  }
}

function ask(client: FaultClient, wish: FaultWish): Promise<FaultResult> {
  switch (wish.kind) {
    case 'show':
      return client.report({ deadlineMs });
    case 'clear':
      return client.clear({ deadlineMs });
    default:
      return client.arm(wish, { deadlineMs });
  }
}

function refusal(why: string): LabError {
  return new LabError('invalid-command', `Nothing was armed: ${why.replace(/\.$/, '')}.`);
}
