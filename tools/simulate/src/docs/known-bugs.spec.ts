import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { scenarios } from '@quorumkit/raft/testing';
import { orderMutants } from '../order/zoo/mutants.js';
import { allMutants } from '../zoo/mutants/all-mutants.js';

/** One line of a cell: a test, and the command beside it that is said to run exactly that. */
interface NamedTest {
  readonly file: string;
  readonly title: string;
  readonly command: string;
}

interface TestCommand {
  readonly target: string;
  readonly project: string;
  readonly path: string;
  readonly pattern: string;
}

const coreZoo = 'tools/simulate/src/zoo/mutants/';
const orderZoo = 'tools/simulate/src/order/zoo/mutants.ts';
const scenarioFolder = 'libs/raft/src/testing/scenarios/';

const known = parseRows(textOf('docs/known-bugs.md'));
const mutants = known.filter(({ file }) => file.startsWith(coreZoo) || file === orderZoo);
const directed = known.filter((named) => !mutants.includes(named));

describe('docs/known-bugs.md', () => {
  it('names at least 60 directed tests, besides mutants', () => {
    expect(new Set(directed.map(({ file, title }) => `${file} ${title}`)).size).toBeGreaterThanOrEqual(60);
  });

  it.each(directed)('$title: is in $file, and its command runs nothing else', ({ file, title, command }) => {
    const { target, project, path, pattern } = parseTestCommand(command);
    const titles = titlesBeside(file);

    expect(titlesIn(file)).toContain(title);
    expect(path).toBe(pathInProject(file));
    expect({ target, project }).toEqual(projectOf(file));
    expect(titles.filter((each) => matches(pattern, each))).toEqual([title]);
    // What jest puts in the place of %s is not known here.
    expect(pattern).not.toMatch(/[%(]|\$./);
  });

  it.each(mutants)('mutant $title: is in $file, and in its zoo', ({ file, title, command }) => {
    const isOfTheCore = file !== orderZoo;
    const zoo: readonly { readonly name: string }[] = isOfTheCore ? allMutants : orderMutants;

    expect(textOf(file)).toContain(`'${title}'`);
    expect(zoo.map(({ name }) => name)).toContain(title);
    expect(command).toBe(
      isOfTheCore
        ? `npm run simulate -- zoo --no-random --only ${title}`
        : `npm run simulate -- order-zoo --only '${title}'`,
    );
  });
});

describe('docs/testing.md', () => {
  const commands = [...new Set(textOf('docs/testing.md').match(/npx nx (?:test|e2e) [^`]*--testNamePattern='[^']*'/g))];

  it.each(commands)('%s: runs something', (command) => {
    const { target, project, path, pattern } = parseTestCommand(command);
    const folder = project === 'store-e2e' ? 'apps/store-e2e' : `libs/${project}`;
    const file =
      path === pathInProject(scenarioFolder)
        ? scenarioFolder
        : `${folder}/${path}.${target === 'e2e' ? 'e2e-' : ''}spec.ts`;

    expect(file === scenarioFolder ? scenarios.map(({ name }) => name).join('\n') : textOf(file)).toMatch(
      new RegExp(pattern, 'i'),
    );
  });
});

function absolute(file: string): string {
  return fileURLToPath(new URL(`../../../../${file}`, import.meta.url));
}

function textOf(file: string): string {
  return readFileSync(absolute(file), 'utf8');
}

/** The rows of all tables with five columns: what, source, what would go wrong, tests, commands. */
function parseRows(document: string): readonly NamedTest[] {
  const rows = document.split('\n').filter((line) => line.startsWith('| ') && line.includes(' | `'));
  return rows.flatMap((row) => {
    const [tests = [], commands = []] = row
      .split(' | ')
      .slice(3)
      .map((cell) =>
        cell
          .replace(/\s*\|$/, '')
          .trim()
          .split('<br>'),
      );
    if (tests.length !== commands.length) throw new Error(`As many commands as tests are wanted in: ${row}`);
    return tests.map((named, offset) => {
      const [, file, title] = /^`([^`]+)`: (.+)$/.exec(named) ?? [];
      const [, command] = /^`([^`]+)`$/.exec(commands[offset] ?? '') ?? [];
      if (file === undefined || title === undefined || command === undefined) throw new Error(`Not a test: ${named}`);
      return { file, title, command };
    });
  });
}

function parseTestCommand(command: string): TestCommand {
  const parts = /^npx nx (test|e2e) (\S+) (\S+) --testNamePattern='([^']+)'$/.exec(command);
  const [, target, project, path, pattern] = parts ?? [];
  if (target === undefined || project === undefined || path === undefined || pattern === undefined)
    throw new Error(`Not a command that runs a test: ${command}`);
  return { target, project, path, pattern };
}

/** As jest does it. */
function matches(pattern: string, title: string): boolean {
  return new RegExp(pattern, 'i').test(title);
}

/** Titles of tests and of what surrounds them: each string that a function follows; names of scenarios. */
function titlesIn(file: string): readonly string[] {
  const isScenarios = file.startsWith(scenarioFolder);
  const title = isScenarios
    ? /name: (['"])((?:\\.|(?!\1).)*)\1/g
    : /(?<!skip|todo)\(\s*(['"`])((?:\\.|(?!\1).)*)\1,\s*(?:async\s*)?(?:\(|\w+ =>)/g;
  return [...textOf(file).matchAll(title)].map(([, , text = '']) => text.replaceAll("\\'", "'"));
}

/** All titles that a command for this file could match: jest takes each file whose path contains what it is given. */
function titlesBeside(file: string): readonly string[] {
  if (file.startsWith(scenarioFolder)) return scenarios.map(({ name }) => name);
  const folder = folderOf(file);
  const specs = readdirSync(absolute(`${folder}/src`), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/src/${path}`)
    .filter((path) => path.endsWith('spec.ts') && path.includes(pathInProject(file)));
  return specs.flatMap(titlesIn);
}

function projectOf(file: string): { readonly target: string; readonly project: string } {
  const manifest = JSON.parse(textOf(`${folderOf(file)}/package.json`)) as { nx?: { name?: string } };
  return { target: file.endsWith('.e2e-spec.ts') ? 'e2e' : 'test', project: manifest.nx?.name ?? '' };
}

function pathInProject(file: string): string {
  if (file.startsWith(scenarioFolder)) return 'src/testing/scenarios';
  return file.slice(folderOf(file).length + 1).replace(/\.(e2e-)?spec\.ts$/, '');
}

function folderOf(file: string): string {
  return file.split('/').slice(0, 2).join('/');
}
