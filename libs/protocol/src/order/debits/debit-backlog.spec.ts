import { describe, expect, it } from '@jest/globals';
import { DebitBacklog } from './debit-backlog.js';

const debit = (intent: number) => ({ intent, name: 'tux', quantity: 1 });
const idsOf = (batch: readonly { intent: number }[]) => batch.map((each) => each.intent);

function backlogOf(...intents: number[]): DebitBacklog {
  const backlog = new DebitBacklog();
  for (const intent of intents) backlog.add(debit(intent));
  return backlog;
}

describe('DebitBacklog', () => {
  it('puts everything that waits into one batch, oldest first', () => {
    const backlog = backlogOf(3, 5, 8);

    expect(idsOf(backlog.takeBatch(10))).toEqual([3, 5, 8]);
    expect(backlog.waitingCount).toBe(0);
  });

  it('leaves what does not fit for the next batch', () => {
    const backlog = backlogOf(3, 5, 8);

    expect(idsOf(backlog.takeBatch(2))).toEqual([3, 5]);
    expect(idsOf(backlog.takeBatch(2))).toEqual([8]);
  });

  it('does not ask again for what is asked or answered', () => {
    const backlog = backlogOf(3, 5);
    backlog.takeBatch(10);
    backlog.markAnswered(3);

    backlog.add(debit(3));
    backlog.add(debit(5));

    expect(backlog.waitingCount).toBe(0);
    expect(backlog.size).toBe(2);
  });

  it('asks first again for a batch that failed', () => {
    const backlog = backlogOf(3, 5);
    backlog.takeBatch(10);
    backlog.add(debit(8));

    backlog.returnAsked();

    expect(idsOf(backlog.takeBatch(10))).toEqual([3, 5, 8]);
  });

  it('returns only the debits that an answer left out', () => {
    const backlog = backlogOf(3, 5);
    backlog.takeBatch(10);
    backlog.markAnswered(3);

    backlog.returnAsked();

    expect(idsOf(backlog.takeBatch(10))).toEqual([5]);
  });

  it.each([
    ['waits', 0],
    ['is asked', 1],
    ['is answered', 2],
  ])('drops an intent that is settled while it %s', (_state, progress) => {
    const backlog = backlogOf(3);
    if (progress > 0) backlog.takeBatch(1);
    if (progress > 1) backlog.markAnswered(3);

    backlog.settle(3);
    backlog.returnAsked();

    expect(backlog.size).toBe(0);
  });
});
