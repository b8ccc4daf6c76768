import { describe, expect, it } from '@jest/globals';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import type { Leader } from '@quorumkit/leader';
import { createJsonLogger } from '@toystore/service';
import { BehaviorSubject } from 'rxjs';
import { heartbeatName, LeaderWatch } from './leader-watch.js';

const leader: Leader = { id: 'order-3', url: 'http://order-3', term: 7 };

async function watch({
  heartbeatIntervalMs = 60_000,
  checkLeader = async () => undefined,
}: { heartbeatIntervalMs?: number; checkLeader?: () => Promise<void> } = {}) {
  const lines: string[] = [];
  const logger = createJsonLogger({
    level: 'info',
    worker: 'frontend-1',
    sink: { write: (line) => lines.push(line), flush: () => undefined },
  });
  const known = new BehaviorSubject<Leader | undefined>(undefined);
  const did: string[] = [];
  const directory = {
    start: () => void did.push('start'),
    close: async () => void did.push('close'),
    leader$: () => known,
    checkLeader,
  };
  const application = await Test.createTestingModule({
    imports: [ScheduleModule.forRoot()],
    providers: [
      {
        provide: LeaderWatch,
        inject: [SchedulerRegistry],
        useFactory: (scheduler: SchedulerRegistry) =>
          new LeaderWatch({ directory, scheduler, logger, heartbeatIntervalMs }),
      },
    ],
  }).compile();
  application.useLogger(false);
  await application.init();
  return { application, known, did, lines, leaderWatch: application.get(LeaderWatch) };
}

describe('the leader watch', () => {
  it('looks for the leader when the application starts, and ends with it', async () => {
    const { application, did } = await watch();
    expect(did).toEqual(['start']);

    await application.close();

    expect(did).toEqual(['start', 'close']);
  });

  it('beats in Nest’s scheduler, one heartbeat at a time', async () => {
    let beats = 0;
    let answer: () => void = () => undefined;
    const secondBeat = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let release: () => void = () => undefined;
    const { application } = await watch({
      heartbeatIntervalMs: 1,
      checkLeader: () => {
        beats += 1;
        if (beats === 2) answer();
        return new Promise((resolve) => {
          release = resolve;
        });
      },
    });
    expect(application.get(SchedulerRegistry).getIntervals()).toEqual([heartbeatName]);

    while (beats === 0) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(beats).toBe(1);
    release();
    await secondBeat;

    release();
    await application.close();
  });

  it('has found a leader once one was found, also while there is none', async () => {
    const { application, known, leaderWatch, lines } = await watch();
    expect(leaderWatch.hasFoundLeader).toBe(false);

    known.next(leader);
    known.next(undefined);

    expect(leaderWatch.hasFoundLeader).toBe(true);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { message: 'leader unknown' },
      { message: 'leader known', leader: 'order-3', term: 7 },
      { message: 'leader unknown' },
    ]);
    await application.close();
  });
});
