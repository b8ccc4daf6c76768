import { describe, expect, it } from '@jest/globals';
import { ReadRounds } from './read-rounds.js';

describe('ReadRounds', () => {
  it('share one round among all who asked before it began', async () => {
    const rounds = new ReadRounds(10);
    const readers = [rounds.request(1000), rounds.request(1000)];

    rounds.confirmed(rounds.start() as number, { index: 5, term: 2 });

    await expect(Promise.all(readers)).resolves.toEqual([
      { index: 5, term: 2 },
      { index: 5, term: 2 },
    ]);
    expect([rounds.size, rounds.start()]).toEqual([0, undefined]);
  });

  it('let nobody into a round that has begun: it may have been confirmed before the question', async () => {
    const rounds = new ReadRounds(10);
    const early = rounds.request(1000);
    const first = rounds.start() as number;
    const late = rounds.request(1000);

    rounds.confirmed(first, { index: 5, term: 2 });
    await early;
    rounds.confirmed(rounds.start() as number, { index: 6, term: 2 });

    await expect(late).resolves.toEqual({ index: 6, term: 2 });
  });
});
