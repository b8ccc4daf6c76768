import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceKind, ServiceSpec } from '../topology/store-topology.js';
import { continueAtEndOfInput } from './pause-watch.js';
import type { ReadinessProbe } from './readiness.js';
import { serviceLogPath } from './service-log.js';
import { Supervisor } from './supervisor.js';

// Real processes on a machine that may stall for seconds.
jest.setTimeout(120_000);

let folder: string;
const started: Supervisor[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-supervisor-'));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((supervisor) => supervisor.killAll()));
  rmSync(folder, { recursive: true, force: true });
});

const staysUp = `console.log('ready'); setInterval(() => {}, 1000);`;
const endsOnTerm = `process.on('SIGTERM', () => { console.log('stopping'); process.exit(0); }); ${staysUp}`;
const ignoresTerm = `process.on('SIGTERM', () => {}); ${staysUp}`;

function fakeService(name: string, script: string, kind: ServiceKind = 'order'): ServiceSpec {
  const entry = join(folder, `${name}.mjs`);
  writeFileSync(entry, script);
  const url = 'http://127.0.0.1:1';
  return { name, kind, nodeId: name, url, internalUrl: url, entry, dataDir: join(folder, name), env: {} };
}

/** Ready once the fake has written its ready line. */
const probeLog: ReadinessProbe = (spec) => {
  const ready = readFileSync(serviceLogPath(spec.dataDir), 'utf8').includes('ready');
  return Promise.resolve(ready ? { ready } : { ready, reason: 'no ready line yet' });
};

function supervise(specs: readonly ServiceSpec[], onUnexpectedExit?: (name: string) => void): Supervisor {
  const supervisor = new Supervisor({ specs, probe: probeLog, ...(onUnexpectedExit && { onUnexpectedExit }) });
  started.push(supervisor);
  return supervisor;
}

async function runningSupervisor(script: string): Promise<{ supervisor: Supervisor; pid: number }> {
  const supervisor = supervise([fakeService('order-1', script)]);
  const { pid } = supervisor.start('order-1');
  await supervisor.waitUntilReady({ limitMs: 60_000 });
  return { supervisor, pid };
}

const stateOf = (supervisor: Supervisor): string | undefined => supervisor.services()[0]?.state;

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** The kernel's letter for a process: T is stopped; undefined when it is gone or a zombie. */
function kernelState(pid: number): string | undefined {
  try {
    const letter = /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
    return letter === 'Z' ? undefined : letter;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function eventually(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('The awaited condition did not come true within 60 s.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('Supervisor', () => {
  it('reports a killed process as dead until it is started again under a new pid', async () => {
    const { supervisor, pid } = await runningSupervisor(staysUp);

    const killed = await supervisor.kill('order-1');

    expect(killed).toEqual({ name: 'order-1', pid });
    expect(supervisor.services()[0]).toMatchObject({ state: 'dead', pid: null });
    expect(exists(pid)).toBe(false);
    expect(supervisor.start('order-1').pid).not.toBe(pid);
    expect(stateOf(supervisor)).toBe('running');
  });

  it('stops a paused process in the kernel and lets it run again on resume', async () => {
    const { supervisor, pid } = await runningSupervisor(staysUp);

    supervisor.pause('order-1');

    expect(stateOf(supervisor)).toBe('paused');
    await eventually(() => kernelState(pid) === 'T');
    supervisor.resume('order-1');
    expect(stateOf(supervisor)).toBe('running');
    await eventually(() => kernelState(pid) !== 'T');
    expect(exists(pid)).toBe(true);
  });

  it('kills a paused process', async () => {
    const { supervisor, pid } = await runningSupervisor(staysUp);
    supervisor.pause('order-1');

    await supervisor.kill('order-1');

    expect(stateOf(supervisor)).toBe('dead');
    expect(exists(pid)).toBe(false);
  });

  it('lets a process end in its own way on TERM', async () => {
    const { supervisor } = await runningSupervisor(endsOnTerm);

    await supervisor.kill('order-1', 'SIGTERM');

    expect(stateOf(supervisor)).toBe('dead');
    expect(readFileSync(serviceLogPath(join(folder, 'order-1')), 'utf8')).toContain('stopping');
  });

  it('kills a process that ignores TERM once the grace time is over', async () => {
    const { supervisor, pid } = await runningSupervisor(ignoresTerm);

    await supervisor.stopAll(100);

    expect(exists(pid)).toBe(false);
  });

  it('stops a paused process gracefully', async () => {
    const { supervisor } = await runningSupervisor(endsOnTerm);
    supervisor.pause('order-1');

    await supervisor.stopAll(60_000);

    expect(readFileSync(serviceLogPath(join(folder, 'order-1')), 'utf8')).toContain('stopping');
  });

  it('stops the frontend before the replicas and the catalog last', async () => {
    const ended = join(folder, 'ended');
    const notesItsEnd = (name: string): string =>
      `import { appendFileSync } from 'node:fs'; process.on('SIGTERM', () => { appendFileSync('${ended}', '${name} '); process.exit(0); }); ${staysUp}`;
    const supervisor = supervise([
      fakeService('catalog', notesItsEnd('catalog'), 'catalog'),
      fakeService('order-1', notesItsEnd('order-1'), 'order'),
      fakeService('frontend', notesItsEnd('frontend'), 'frontend'),
    ]);
    supervisor.startAll();
    await supervisor.waitUntilReady({ limitMs: 60_000 });

    await supervisor.stopAll(60_000);

    expect(readFileSync(ended, 'utf8')).toBe('frontend order-1 catalog ');
  });

  it('says at once, with its last words, that a process died while it was starting', async () => {
    const supervisor = supervise([fakeService('order-1', `console.error('no disk left'); process.exit(7);`)]);
    supervisor.start('order-1');

    const waiting = supervisor.waitUntilReady({ limitMs: 60_000 });

    await expect(waiting).rejects.toThrow(/order-1 ended while it was starting with exit code 7\.[^]*no disk left/);
  });

  it('says what a late process answered when the limit is over', async () => {
    const supervisor = supervise([
      fakeService('order-1', `setInterval(() => {}, 1000); console.log('still loading');`),
    ]);
    supervisor.start('order-1');
    await eventually(() => readFileSync(serviceLogPath(join(folder, 'order-1')), 'utf8').includes('loading'));

    const waiting = supervisor.waitUntilReady({ limitMs: 10 });

    await expect(waiting).rejects.toMatchObject({
      code: 'not-ready',
      message: expect.stringMatching(/no ready line yet[^]*still loading/),
    });
  });

  it('tells about an end that nobody asked for, and not about a kill', async () => {
    const told: string[] = [];
    const supervisor = supervise([fakeService('order-1', staysUp), fakeService('order-2', staysUp)], (name) =>
      told.push(name),
    );
    supervisor.startAll();
    await supervisor.waitUntilReady({ limitMs: 60_000 });

    await supervisor.kill('order-1');
    process.kill(supervisor.services()[1]?.pid ?? 0, 'SIGKILL');
    await eventually(() => told.length > 0);

    expect(told).toEqual(['order-2']);
  });

  it('names the processes there are when asked for another', async () => {
    const supervisor = supervise([fakeService('order-1', staysUp), fakeService('order-2', staysUp)]);

    await expect(supervisor.kill('order-9')).rejects.toThrow(
      "There is no process named 'order-9'. Names: order-1, order-2",
    );
  });

  it('appends to the log of the runs before', async () => {
    const { supervisor } = await runningSupervisor(staysUp);
    await supervisor.kill('order-1');

    supervisor.start('order-1');
    const log = serviceLogPath(join(folder, 'order-1'));
    await eventually(() => readFileSync(log, 'utf8') === 'ready\nready\n');

    expect(readFileSync(log, 'utf8').split('ready')).toHaveLength(3);
  });
});

describe('orphan guard', () => {
  it.each([
    { title: 'a process that ends on TERM', script: endsOnTerm, paused: false },
    { title: 'a process that ignores TERM', script: ignoresTerm, paused: false },
    { title: 'a paused process', script: staysUp, paused: true },
  ])('ends $title when its lab is killed', async ({ script, paused }) => {
    const guard = new URL('../../preload/orphan-guard.mjs', import.meta.url).href;
    const service = join(folder, 'service.mjs');
    writeFileSync(service, script);
    // A lab in miniature with the supervisor's own means: an IPC channel, the guard, and the watch over a paused process.
    const lab = join(folder, 'lab.mjs');
    writeFileSync(
      lab,
      `import { spawn } from 'node:child_process';
       const child = spawn(process.execPath, ['--import', ${JSON.stringify(guard)}, ${JSON.stringify(service)}], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], detached: true });
       child.stdout.once('data', () => {
         if (${paused}) {
           spawn('/bin/sh', ['-c', ${JSON.stringify(continueAtEndOfInput)}, 'pause-watch', String(child.pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
           child.kill('SIGSTOP');
         }
         process.stdout.write(String(child.pid));
       });
       setInterval(() => {}, 1000);`,
    );
    const parent = spawn(process.execPath, [lab], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [said] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(said.toString());
      expect(exists(pid)).toBe(true);

      parent.kill('SIGKILL');

      await eventually(() => kernelState(pid) === undefined);
    } finally {
      parent.kill('SIGKILL');
    }
  });
});
