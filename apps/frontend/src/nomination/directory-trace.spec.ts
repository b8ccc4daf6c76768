import { describe, expect, it } from '@jest/globals';
import { createJsonLogger } from '@toystore/service';
import { traceTo } from './directory-trace.js';

const leader = { id: 'order-3', url: 'http://order-3', term: 7 };

describe('the log of elections', () => {
  it('tells a doubt once, however many requests fail, until a leader is adopted again', () => {
    const lines: string[] = [];
    const trace = traceTo(
      createJsonLogger({
        level: 'info',
        worker: 'frontend-1',
        sink: { write: (line) => lines.push(line), flush: () => undefined },
      }),
    );

    for (let request = 0; request < 100; request++) trace({ kind: 'doubted', leader, why: 'the connection broke' });
    trace({ kind: 'waiting', why: 'nobody leads' });
    trace({ kind: 'nominated', nominee: 'order-2', observedTerm: 7 });
    trace({ kind: 'adopted', leader: { ...leader, id: 'order-2', term: 8 }, searchedMs: 40 });
    trace({ kind: 'doubted', leader, why: 'the connection broke' });

    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      'election: doubted',
      'election: nominated',
      'election: adopted',
      'election: doubted',
    ]);
  });
});
