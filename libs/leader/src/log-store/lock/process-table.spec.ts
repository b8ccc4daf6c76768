import { describe, expect, it } from '@jest/globals';
import { judgeHolder, parseProcStat, systemProcessTable } from './process-table.js';
import type { ProcessIdentity, Sighting } from './process-table.js';

const self: ProcessIdentity = { pid: 1, host: 'h', started: '10', boot: 'b' };
const running = (started: string | undefined): Sighting => ({ kind: 'running', started });
const gone: Sighting = { kind: 'gone' };

describe('judgeHolder', () => {
  it.each<[string, Partial<ProcessIdentity>, Sighting, string]>([
    ['the same run of the same process', {}, running('7'), 'alive'],
    ['a pid that is not there', {}, gone, 'dead'],
    ['a pid that was given to another process', {}, running('8'), 'dead'],
    ['a machine that was booted since', { boot: 'earlier' }, running('7'), 'dead'],
    ['another host', { host: 'elsewhere' }, gone, 'elsewhere'],
    ['a system without start times', { started: undefined }, running(undefined), 'alive'],
  ])('judges %s', (_, holder, sighting, verdict) => {
    const table = { self: () => self, look: () => sighting };

    expect(judgeHolder({ pid: 7, host: 'h', started: '7', boot: 'b', ...holder }, table)).toBe(verdict);
  });
});

describe('parseProcStat', () => {
  const stat = (state: string) => `42 (a (strange) name) ${state} 1 42 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 11 0 123456 0 0`;

  it.each<[string, string, number, Sighting]>([
    ['a sleeping process runs', 'S', 1, running('123456')],
    ['a stopped process runs', 'T', 1, running('123456')],
    ['a zombie is gone', 'Z', 1, gone],
    ['a zombie with a thread inside a write is not gone', 'Z', 2, running('123456')],
  ])('%s', (_, state, threads, expected) => {
    expect(parseProcStat(stat(state), () => threads)).toEqual(expected);
  });
});

describe('systemProcessTable', () => {
  it('sees itself running, as the run that it says it is', () => {
    const { pid, started } = systemProcessTable.self();

    expect(pid).toBe(process.pid);
    expect(systemProcessTable.look(pid)).toEqual({ kind: 'running', started });
  });

  it('does not see a pid that no process can have', () => {
    expect(systemProcessTable.look(2 ** 30)).toEqual({ kind: 'gone' });
  });
});
