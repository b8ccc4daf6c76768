import { describe, expect, it } from '@jest/globals';
import {
  ConnectionFailedError,
  DeadlineExceededError,
  type ProductName,
  type StockListResult,
  type StockResult,
  UnexpectedAnswerError,
} from '@toystore/contracts';
import { CatalogReader } from './catalog-reader.js';

const target = { method: 'GET', path: '/products/fox', receiver: 'catalog' };
const refused = new ConnectionFailedError(target, { definite: true, cause: new Error('ECONNREFUSED') });
const broken = new ConnectionFailedError(target, { definite: false, cause: new Error('ECONNRESET') });
const timedOut = new DeadlineExceededError(target, { deadlineMs: 900, definite: false });
const serverError = new UnexpectedAnswerError(target, { status: 500, reason: 'it failed' });

const stock: StockResult = {
  kind: 'stock',
  stock: { name: 'fox', priceCents: 2999, quantity: 10, epoch: 1, sequence: 2 },
};

function readerOver(...reactions: (StockResult | Error)[]) {
  let questions = 0;
  const catalog = {
    getProduct: async (): Promise<StockResult> => {
      const reaction = reactions[questions++];
      if (reaction === undefined || reaction instanceof Error)
        throw reaction ?? new Error('The script has no reaction left.');
      return reaction;
    },
    listProducts: async (): Promise<StockListResult> => ({
      kind: 'unavailable',
      detail: 'not in this test',
      retryAfterMs: undefined,
    }),
  };
  return {
    answer: new CatalogReader(catalog, { deadlineMs: 900 }).product('fox' as ProductName),
    questions: () => questions,
  };
}

describe('reading the catalog', () => {
  it('passes its answer on', async () => {
    await expect(readerOver(stock).answer).resolves.toEqual(stock);
  });

  it('asks once more when a kept-alive connection turns out to be dead', async () => {
    await expect(readerOver(broken, stock).answer).resolves.toEqual(stock);
  });

  it.each([
    { circumstance: 'refuses connections', reactions: [refused], questions: 1 },
    { circumstance: 'breaks every connection', reactions: [broken, broken], questions: 2 },
    { circumstance: 'does not answer in time', reactions: [timedOut], questions: 1 },
  ])('is unavailable when the catalog $circumstance', async ({ reactions, questions }) => {
    const reader = readerOver(...reactions);

    await expect(reader.answer).resolves.toMatchObject({ kind: 'unavailable' });
    expect(reader.questions()).toBe(questions);
  });

  it('does not disguise a fault of the store as an absent catalog', async () => {
    await expect(readerOver(serverError).answer).rejects.toBe(serverError);
  });
});
