import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { editedText } from '../edited-text.js';
import type { LeaderMutant } from './leader-mutant.js';

/** Compiled (`dist`) and as a source the way to the root is the same. */
const workspace = join(import.meta.dirname, '../../../../..');
const leader = 'libs/leader';

/** What Jest needs besides the sources: how they are compiled. */
const settings = ['.swcrc', 'jest.preset.js', 'tools/test-count-reporter.js'];
const notCopied = new Set(['dist', 'test-results', 'node_modules', 'coverage']);

/** A single run of some specs: a hang must not last for ever, and tells nothing. */
const runMsMax = 180_000;

/** What some specs said. */
export interface SpecRun {
  /** How many tests passed or failed. */
  readonly tests: number;
  /** The first one that failed, as `folder/name › title`. */
  readonly firstFailure: { readonly test: string; readonly why: string } | undefined;
  /** Why they said nothing: they could not be loaded, or did not end. */
  readonly problem: string | undefined;
}

interface JestResult {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** @throws StaleAnchorError */
export async function checkLeaderAnchors(mutant: LeaderMutant): Promise<void> {
  for (const edit of mutant.edits) await editedText(mutant, edit, join(workspace, leader, 'src'));
}

/**
 * A copy of this package's sources in a folder of its own, in which one thing at a time is wrong. The original is never
 * touched. Its specs run on the copy, and so do the processes that they start.
 */
export class LeaderCopy {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<LeaderCopy> {
    const folder = await mkdtemp(join(tmpdir(), 'leader-zoo-'));
    for (const file of settings) await cp(join(workspace, file), join(folder, file));
    await cp(join(workspace, leader), join(folder, leader), {
      recursive: true,
      filter: (source) => !notCopied.has(source.slice(join(workspace, leader).length + 1)),
    });
    await symlink(join(workspace, 'node_modules'), join(folder, 'node_modules'));
    return new LeaderCopy(folder);
  }

  /** Runs the mutant's specs with the mutant in the sources. @throws StaleAnchorError */
  async hunt(mutant: LeaderMutant): Promise<SpecRun> {
    const source = join(this.folder, leader, 'src');
    const files = new Set(mutant.edits.map(({ file }) => join(source, file)));
    const originals = new Map<string, string>();
    for (const file of files) originals.set(file, await readFile(file, 'utf8').catch(() => ''));
    try {
      for (const edit of mutant.edits) await writeFile(join(source, edit.file), await editedText(mutant, edit, source));
      return await this.run(mutant.specs, mutant.tests);
    } finally {
      for (const [file, text] of originals) await writeFile(file, text);
    }
  }

  /** Runs specs on the sources as they are. */
  async run(specs: readonly string[], tests?: string): Promise<SpecRun> {
    const output = join(this.folder, 'result.json');
    await rm(output, { force: true });
    const jest = [
      join(workspace, 'node_modules/jest/bin/jest.js'),
      ...['--runInBand', '--forceExit', '--silent', '--json', `--outputFile=${output}`, '--reporters=default'],
      `--cacheDirectory=${join(this.folder, 'cache')}`,
      ...(tests === undefined ? [] : [`--testNamePattern=${tests.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`]),
      '--runTestsByPath',
      ...specs.map((spec) => `src/${spec}.spec.ts`),
    ];
    const { JEST_WORKER_ID: _, ...env } = process.env;
    const nodeOptions = ['--experimental-vm-modules', '--no-warnings'];
    const said = await promisify(execFile)(process.execPath, [...nodeOptions, ...jest], {
      cwd: join(this.folder, leader),
      env: { ...env, NODE_OPTIONS: nodeOptions.join(' ') },
      timeout: runMsMax,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 * 1024,
    }).catch((error: unknown) => error as Error & { readonly killed?: boolean; readonly stderr: string });
    const written = await readFile(output, 'utf8').catch(() => undefined);
    if (written === undefined) {
      const hung = 'killed' in said && said.killed === true;
      return { ...nothing, problem: hung ? `no end after ${runMsMax} ms` : `no result: ${said.stderr.slice(-2000)}` };
    }
    return this.judge(JSON.parse(written) as JestResult);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private judge({ testResults }: JestResult): SpecRun {
    const run = testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'passed' || status === 'failed')
        .map((result) => ({ ...result, spec: name.slice(name.indexOf('/src/') + 5).replace('.spec.ts', '') })),
    );
    // A mutant that does not even load is not caught: nothing was tested.
    const unloaded = testResults.find(({ assertionResults }) => assertionResults.length === 0);
    const problem = unloaded?.message ?? (run.length === 0 ? 'no test has such a title' : undefined);
    const failed = run.find(({ status }) => status === 'failed');
    const firstFailure = failed && {
      test: `${failed.spec} › ${failed.fullName}`,
      why: plain(failed.failureMessages[0] ?? ''),
    };
    return { tests: run.length, firstFailure, problem };
  }
}

const nothing: SpecRun = { tests: 0, firstFailure: undefined, problem: undefined };

/** Without colours, and without the stack. */
function plain(message: string): string {
  const [said = ''] = stripVTControlCharacters(message).split('\n    at ');
  return said.trim();
}
