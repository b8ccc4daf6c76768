import type { Prng } from '../simulation/prng.js';
import { messageKinds, type Hindrance, type Traffic } from './pooled-network.js';
import type { Step } from './step.js';

export const names = ['tux', 'fox', 'owl'] as const;
export const frontends = ['f1', 'f2'] as const;

type Draw = (random: Prng) => Step;

/** A kind of trouble: how a history begins, and how often each step is taken after that. */
export interface Theme {
  readonly name: string;
  readonly opening: (random: Prng) => readonly Step[];
  readonly weights: readonly (readonly [weight: number, draw: Draw])[];
}

const get: Draw = (random) => ({
  kind: 'get',
  frontend: random.pick(frontends),
  name: random.pick(names),
  asBuyer: random.chance(0.5),
});
const sell: Draw = (random) => ({
  kind: 'sell',
  names: random.chance(0.2) ? names : [random.pick(names)],
  mode: random.pick(['strict', 'strict', 'background']),
  present: random.chance(0.75),
});
const message = (kind: 'deliver' | 'duplicate' | 'drop', of?: Traffic): Draw => {
  return (random) => ({ kind, which: random.integer(0, 1_000), ...(of && { of }) });
};
const calm: Draw = () => ({ kind: 'calm' });
const advance: Draw = (random) => ({ kind: 'advance', ms: random.pick([20, 100, 250, 500, 1_100]) });
const pass: Draw = (random) => ({ kind: 'pass', ms: random.pick([100, 250, 500, 1_000]) });
const cut: Draw = (random) => ({
  kind: 'cut',
  frontend: random.pick(frontends),
  direction: random.pick(['to', 'from', 'both']),
});
const hinder: Draw = (random) => ({
  kind: 'hinder',
  frontend: random.pick(frontends),
  traffic: { what: random.pick(messageKinds), leg: random.pick(['request', 'answer']) },
  how: random.pick(['lost', 'held']),
});
const heal: Draw = () => ({ kind: 'heal' });
const restartOwner: Draw = (random) => ({ kind: 'restart owner', leaseMs: random.pick([1_000, 2_000]) });
const restartFrontend: Draw = (random) => ({
  kind: 'restart frontend',
  frontend: random.pick(frontends),
  crashes: random.chance(0.5),
});

/** The place and the product that a history is about, most of the time. */
const here = frontends[0];
const it = names[0];
const getHere: Draw = (random) => ({ kind: 'get', frontend: here, name: it, asBuyer: random.chance(0.2) });
const getAsBuyer: Draw = () => ({ kind: 'get', frontend: here, name: it, asBuyer: true });
const sellInBackground: Step = { kind: 'sell', names: [it], mode: 'background', present: true };
const sellIt: Draw = (random) => ({ kind: 'sell', names: [it], mode: 'strict', present: random.chance(0.8) });
const hinderHere = (what: Traffic['what'], leg: Traffic['leg'], how: Hindrance): Step => {
  return { kind: 'hinder', frontend: here, traffic: { what, leg }, how };
};
const readRequest: Traffic = { what: 'read', leg: 'request' };
const readAnswer: Traffic = { what: 'read', leg: 'answer' };
const heartbeatAnswer: Traffic = { what: 'heartbeat', leg: 'answer' };

const getIt: Step = { kind: 'get', frontend: here, name: it, asBuyer: false };

/** It is in the cache. */
const held: readonly Step[] = [getIt, { kind: 'calm' }];

/** The life with the shorter lease is over, and what it had on record. */
const longerLeaseThanBefore: readonly Step[] = [
  { kind: 'restart owner', leaseMs: 1_000 },
  { kind: 'pass', ms: 2_500 },
  { kind: 'restart owner', leaseMs: 2_000 },
  { kind: 'pass', ms: 1_000 },
];

export const themes: readonly Theme[] = [
  {
    name: 'anything',
    opening: () => [],
    weights: [
      [8, get],
      [5, sell],
      [14, message('deliver')],
      [2, message('duplicate')],
      [2, message('drop')],
      [5, calm],
      [5, advance],
      [2, pass],
      [2, cut],
      [2, hinder],
      [2, heal],
      [1, restartOwner],
      [1, restartFrontend],
    ],
  },
  {
    name: 'DELETEs are lost, heartbeats arrive',
    opening: (random) => [
      ...held,
      hinderHere('DELETE', random.pick(['request', 'answer']), 'lost'),
      ...(random.chance(0.3) ? [hinderHere('heartbeat', 'answer', 'lost')] : []),
    ],
    weights: [
      [8, getHere],
      [2, get],
      [5, sellIt],
      [4, pass],
      [4, calm],
      [1, advance],
      [1, heal],
    ],
  },
  {
    name: 'crowds without a lease',
    opening: (random) => [
      hinderHere('heartbeat', 'request', 'lost'),
      { kind: 'pass', ms: random.pick([2_000, 2_300]) },
      hinderHere('read', 'answer', 'held'),
      ...(random.chance(0.5) ? [hinderHere('registration', 'request', 'lost')] : []),
    ],
    weights: [
      [8, getHere],
      [4, sellIt],
      [5, message('deliver', readRequest)],
      [4, message('deliver', readAnswer)],
      [4, calm],
      [1, pass],
      [1, advance],
    ],
  },
  {
    name: 'answers to reads are late and out of order',
    opening: () => [hinderHere('read', 'answer', 'held')],
    weights: [
      [8, getHere],
      [3, get],
      [4, sellIt],
      [3, sell],
      [4, message('deliver', readRequest)],
      [6, message('deliver', readAnswer)],
      [6, calm],
      [1, advance],
      [1, restartOwner],
    ],
  },
  {
    name: 'a load is overtaken, and its floor forgotten',
    opening: (random) => [
      hinderHere('read', 'answer', 'held'),
      getIt,
      { kind: 'deliver', which: 0, of: readRequest },
      sellIt(random),
      ...(random.chance(0.5) ? [{ kind: 'calm' } as const, getIt, { kind: 'calm' } as const] : []),
      { kind: 'sell', names: ['fox'], mode: 'strict', present: true },
      { kind: 'calm' },
      { kind: 'sell', names: ['owl'], mode: 'strict', present: true },
      { kind: 'calm' },
      { kind: 'deliver', which: 0, of: readAnswer },
    ],
    weights: [
      [8, getHere],
      [3, sell],
      [2, sellIt],
      [4, message('deliver', readAnswer)],
      [2, message('deliver', readRequest)],
      [6, calm],
      [1, advance],
    ],
  },
  {
    name: 'a load outlives the lease',
    opening: (random) => [
      hinderHere('heartbeat', 'request', 'lost'),
      { kind: 'pass', ms: random.pick([1_300, 1_500, 1_700]) },
      hinderHere('read', 'answer', 'held'),
      getIt,
      { kind: 'calm' },
      hinderHere('DELETE', 'request', 'lost'),
      sellIt(random),
      { kind: 'pass', ms: random.pick([500, 700, 800]) },
    ],
    weights: [
      [6, getHere],
      [1, sellIt],
      [4, calm],
      [4, message('deliver', readAnswer)],
      [1, pass],
    ],
  },
  {
    name: 'a registration is under way for long',
    opening: (random) => [
      ...held,
      hinderHere('heartbeat', 'request', 'lost'),
      hinderHere('DELETE', 'request', 'lost'),
      ...(random.chance(0.5) ? [sellIt(random)] : []),
      { kind: 'pass', ms: 2_300 },
      hinderHere('registration', 'answer', 'held'),
      hinderHere('read', 'answer', 'held'),
      { kind: 'hinder', frontend: here, traffic: { what: 'heartbeat', leg: 'request' }, how: 'held' },
      { kind: 'advance', ms: 500 },
      getIt,
      { kind: 'deliver', which: 0, of: readRequest },
      sellIt(random),
    ],
    weights: [
      [6, getHere],
      [3, sellIt],
      [4, calm],
      [3, message('deliver', readAnswer)],
      [3, message('deliver', { what: 'registration', leg: 'answer' })],
      [3, message('deliver', { what: 'heartbeat', leg: 'request' })],
      [1, pass],
      [1, heal],
    ],
  },
  {
    name: 'DELETEs are late and one overtakes another',
    opening: (random) => [
      ...held,
      hinderHere('DELETE', random.pick(['request', 'answer']), 'held'),
      ...(random.chance(0.5) ? [hinderHere('heartbeat', 'answer', 'lost')] : []),
      sellIt(random),
      sellIt(random),
    ],
    weights: [
      [6, getHere],
      [4, sellIt],
      [5, message('deliver', { what: 'DELETE', leg: 'request' })],
      [5, message('deliver', { what: 'DELETE', leg: 'answer' })],
      [1, message('duplicate', { what: 'DELETE', leg: 'answer' })],
      [4, calm],
      [1, advance],
    ],
  },
  {
    name: 'buyers ask before anybody has been told',
    opening: (random) => [
      ...(random.chance(0.5) ? held : []),
      hinderHere('read', 'answer', 'held'),
      getIt,
      { kind: 'deliver', which: 0, of: readRequest },
      hinderHere('DELETE', 'request', 'held'),
      sellInBackground,
    ],
    weights: [
      [8, getAsBuyer],
      [2, getHere],
      [4, () => sellInBackground],
      [4, message('deliver', readRequest)],
      [6, message('deliver', readAnswer)],
      [3, calm],
      [1, message('deliver', { what: 'DELETE', leg: 'request' })],
      [1, advance],
      [1, heal],
    ],
  },
  {
    name: 'answers to heartbeats are late',
    opening: (random) => [
      ...held,
      hinderHere('DELETE', 'request', 'lost'),
      hinderHere('heartbeat', 'answer', 'held'),
      { kind: 'pass', ms: 250 },
      // Not longer than the lease keeper waits for it.
      { kind: 'advance', ms: 200 },
      sellIt(random),
      { kind: 'deliver', which: 0, of: heartbeatAnswer },
      hinderHere('heartbeat', 'request', 'lost'),
      { kind: 'pass', ms: random.pick([1_500, 1_800, 1_850, 1_900]) },
      getIt,
    ],
    weights: [
      [6, getHere],
      [3, sellIt],
      [5, pass],
      [2, (random) => ({ kind: 'pass', ms: random.pick([1_300, 1_600]) })],
      [1, calm],
      [1, message('deliver', heartbeatAnswer)],
      [1, advance],
    ],
  },
  {
    name: 'the owner restarts, with another lease than before',
    opening: (random) => [
      ...(random.chance(0.4) ? longerLeaseThanBefore : []),
      ...held,
      ...(random.chance(0.7) ? [hinderHere('heartbeat', 'request', 'lost')] : []),
      { kind: 'restart owner', leaseMs: random.pick([1_000, 1_000, 2_000]) },
    ],
    weights: [
      [6, getHere],
      [2, get],
      [4, sellIt],
      [4, pass],
      [2, calm],
      [1, restartOwner],
      [1, heal],
      [1, message('duplicate')],
    ],
  },
  {
    name: 'sessions are lost and begun again',
    opening: () => held,
    weights: [
      [6, getHere],
      [2, get],
      [5, sellIt],
      [4, pass],
      [3, calm],
      [3, cut],
      [3, heal],
      [2, () => ({ kind: 'pass', ms: 2_300 })],
      [2, message('drop')],
      [2, message('duplicate')],
      [1, restartFrontend],
    ],
  },
];
