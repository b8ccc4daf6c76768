import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { batch } from '../testing/log-store-conformance.js';
import { StoreInUseError } from './errors.js';
import { FileLogStore } from './file-log-store.js';
import { readAcknowledged } from './format/acknowledged.js';
import type { StoreTrace } from './store-trace.js';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
/** Compiling in a loaded machine's child process can take long; nothing here waits for a time, only for lines. */
const patienceMs = 120_000;

let folder: string;
let running: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-store-'));
});

afterEach(async () => {
  for (const child of running) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await Promise.all(running.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
  running = [];
  await rm(folder, { recursive: true });
});

interface Writer {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Lines printed so far. */
  readonly lines: string[];
  /** Resolves when that many lines were printed, or the process has ended. */
  until(lines: number): Promise<void>;
  kill(): Promise<void>;
}

function startWriter(mode: 'plain' | 'loseUnsynced', appenders = 4): Writer {
  const script = here('./testing/writer-process.ts');
  const hooks = here('./testing/typescript-hooks.mjs');
  const nodeArguments = [
    '-C',
    '@quorumkit/source',
    '--no-warnings',
    '--import',
    hooks,
    script,
    folder,
    mode,
    `${appenders}`,
  ];
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, nodeArguments, { stdio: ['ignore', 'pipe', 'inherit'], env });
  running.push(child);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  let arrived: () => void = () => undefined;
  let closed = false;
  reader.on('line', (line) => {
    lines.push(line);
    arrived();
  });
  const ended = once(reader, 'close').then(() => {
    closed = true;
    arrived();
  });
  return {
    process: child,
    pid: child.pid!,
    lines,
    until: async (count) => {
      while (lines.length < count && !closed) await new Promise<void>((resolve) => (arrived = resolve));
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

function storeHere(trace: (event: StoreTrace) => void = () => undefined): FileLogStore {
  return new FileLogStore({ dataDir: folder, segmentBytesMax: 16_384, onFailure: () => undefined, trace });
}

describe('a real process that is killed with SIGKILL while it appends', () => {
  it.each(['plain', 'loseUnsynced'] as const)(
    'has lost no acknowledged entry (%s)',
    async (mode) => {
      let acknowledged = 0;
      for (const lines of [5, 500]) {
        const writer = startWriter(mode, 1 + (lines % 7));
        await writer.until(lines);
        await writer.kill();
        const [opened, ...indexes] = writer.lines;
        expect(Number(opened?.split(' ')[1])).toBeGreaterThanOrEqual(acknowledged);
        acknowledged = Math.max(acknowledged, ...indexes.map(Number));

        const store = storeHere();
        const { entries } = await store.open();
        await store.close();

        expect(entries.map(({ index }) => index)).toEqual(entries.map((_, at) => at + 1));
        expect(entries.length).toBeGreaterThanOrEqual(acknowledged);
      }
    },
    patienceMs,
  );

  it(
    'left a note: damage to its last acknowledged entry is not taken for a torn write',
    async () => {
      // The note is written beside the acknowledgement, not before it: a kill in the microseconds between the two
      // leaves a note that is one entry behind. Such a kill says nothing here, so another one is tried.
      let last = { path: '', at: Infinity };
      while (!(await noteCovers(last))) {
        const writer = startWriter('plain', 1);
        await writer.until(30);
        await writer.kill();
        last = await findInSegments(`command ${writer.lines.at(-1)} of term 1`);
      }
      const { path, at } = last;
      const file = await open(path, 'r+');
      await file.write(Buffer.from('#'), 0, 1, at);
      await file.close();

      await expect(storeHere().open()).rejects.toMatchObject({ code: 'STORAGE_DAMAGED', path });
    },
    patienceMs,
  );
});

describe('the lock of a real process', () => {
  it(
    'holds while it runs and while it is paused, and is taken over when it was killed',
    async () => {
      const writer = startWriter('plain');
      await writer.until(1);
      await expect(storeHere().open()).rejects.toMatchObject({ name: 'StoreInUseError', holder: { pid: writer.pid } });

      writer.process.kill('SIGSTOP');
      await expect(storeHere().open()).rejects.toThrow(StoreInUseError);
      writer.process.kill('SIGCONT');
      await writer.kill();

      const events: StoreTrace[] = [];
      const store = storeHere((event) => events.push(event));
      await store.open();
      await store.append(batch({ entries: [] }));
      await store.close();
      expect(events).toContainEqual(expect.objectContaining({ kind: 'lockTakenOver', pid: writer.pid }));
    },
    patienceMs,
  );

  it(
    'goes to one of several processes that start at once on a folder whose holder was killed',
    async () => {
      const first = startWriter('plain');
      await first.until(1);
      await first.kill();

      const rivals = [1, 2, 3].map(() => startWriter('plain'));
      await Promise.all(rivals.map((rival) => rival.until(1)));

      const answers = rivals.map(({ lines }) => lines[0]!.split(' ')[0]).sort();
      expect(answers).toEqual(['open', 'refused', 'refused']);
    },
    patienceMs,
  );
});

async function noteCovers({ path, at }: { path: string; at: number }): Promise<boolean> {
  if (path === '') return false;
  const note = readAcknowledged(await readFile(join(folder, 'log.acknowledged')));
  return note !== undefined && path.endsWith(`.${String(note.segment).padStart(8, '0')}.wal`) && note.offset > at;
}

async function findInSegments(text: string): Promise<{ path: string; at: number }> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.wal'));
  for (const path of names.map((name) => join(folder, name))) {
    const at = (await readFile(path)).indexOf(text);
    if (at !== -1) return { path, at };
  }
  throw new Error(`no segment holds ${text}`);
}
