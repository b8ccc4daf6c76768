import { describe, expect, it } from '@jest/globals';
import type { Applied } from './applied-state.js';
import { Flights } from './flights.js';

const done = (index: number, term: number): Applied => ({
  kind: 'command',
  entry: { index, term, time: 0, command: 'somebody’s' },
  outcome: { kind: 'done', result: 'somebody’s result' },
});

function appended(index: number, term: number) {
  const flights = new Flights(() => 0);
  const { id, outcome } = flights.begin('k', 1000);
  flights.appended(id, index, term);
  return { flights, outcome };
}

describe('Flights', () => {
  it('answers with the outcome of the entry that was appended', async () => {
    const { flights, outcome } = appended(7, 2);

    flights.applied(7, 2, done(7, 2));

    await expect(outcome).resolves.toEqual({ index: 7, term: 2, result: 'somebody’s result', replayed: false });
  });

  it('says for certain that it did not happen when the command of another leader is in its place', async () => {
    const { flights, outcome } = appended(7, 2);

    flights.applied(7, 3, done(7, 3));

    await expect(outcome).rejects.toMatchObject({ code: 'PROPOSAL_REJECTED', reason: 'overwritten', definite: true });
    expect(flights.size).toBe(0);
  });

  it('says that it is open when a snapshot has taken the place of its entry', async () => {
    const { flights, outcome } = appended(7, 2);
    const { flights: others, outcome: behind } = appended(8, 2);

    flights.passedOver(7);
    others.passedOver(7);
    others.applied(8, 2, done(8, 2));

    await expect(outcome).rejects.toMatchObject({ code: 'INDETERMINATE', index: 7, term: 2, definite: false });
    await expect(behind).resolves.toMatchObject({ index: 8 });
  });

  it('says at the deadline that it is open when it was appended, and that it did not happen when it was not', async () => {
    const flights = new Flights(() => 0);
    const first = flights.begin(undefined, 1000);
    const second = flights.begin(undefined, 1000);
    flights.appended(first.id, 7, 2);

    flights.expire(1000);

    expect(await Promise.allSettled([first.outcome, second.outcome])).toMatchObject([
      { reason: { code: 'INDETERMINATE', definite: false } },
      { reason: { code: 'PROPOSAL_REJECTED', definite: true } },
    ]);
  });
});
