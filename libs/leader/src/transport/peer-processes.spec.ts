import { describe, expect, it } from '@jest/globals';
import { PeerProcesses } from './peer-processes.js';

function hear(boots: string, processes = new PeerProcesses(() => 0)): number {
  return [...boots].filter((boot) => processes.heard('b', boot) !== undefined).length;
}

describe('PeerProcesses', () => {
  it.each([
    ['one process', 'PPPPPPPPPP'],
    ['restarts', 'PPPQQQRRRSSSTTT'],
    ['last words of a process that come after the first ones of the next', 'PPPPQPQQQQ'],
    ['the same at each of many restarts', 'PPQPQQRQRRSRSSTSTT'],
  ])('takes %s for what it is', (_, boots) => {
    expect(hear(boots)).toBe(0);
  });

  it('tells when two processes speak in turns under one id, also when one of them is heard seldom', () => {
    expect(hear('PQPQPQ')).toBe(1);
    expect(hear('PPPPPQPPPPPPPQPPPPPPQ')).toBe(1);
    expect(new PeerProcesses(() => 0).heard('b', 'P')).toBeUndefined();
  });

  it('says who they are, and says it again once a minute', () => {
    let now = 0;
    const processes = new PeerProcesses(() => now);
    hear('PQPQP', processes);

    expect(processes.heard('b', 'Q')).toEqual({ peer: 'b', boots: ['Q', 'P'] });
    expect(hear('PQPQPQPQ', processes)).toBe(0);
    now = 60_000;
    expect(hear('PQPQPQPQ', processes)).toBe(1);
  });

  it('keeps members apart', () => {
    const processes = new PeerProcesses(() => 0);

    const told = ['b', 'c', 'b', 'c', 'b', 'c', 'b', 'c'].map((peer) => processes.heard(peer, `of ${peer}`));

    expect(told.every((each) => each === undefined)).toBe(true);
  });

  it('does not mind who says nothing about itself, nor how much somebody makes up', () => {
    const processes = new PeerProcesses(() => 0);

    for (let count = 0; count < 1000; count++) {
      expect(processes.heard(`stranger ${count}`, `boot ${count}`)).toBeUndefined();
      expect(processes.heard('b', undefined)).toBeUndefined();
      expect(processes.heard('b', ['P', 'Q'])).toBeUndefined();
      expect(processes.heard('b', 'x'.repeat(65))).toBeUndefined();
      expect(processes.heard('b', `boot ${count}`)).toBeUndefined();
    }
  });
});
