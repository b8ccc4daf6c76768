import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeFileAtomically } from './write-file-atomically.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'projection-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('writeFileAtomically', () => {
  it('replaces the content and leaves nothing else behind', async () => {
    const path = join(folder, 'orders.csv');
    await writeFile(path, 'old');

    await writeFileAtomically(path, 'number,name\n0,Ünder\n');
    await writeFileAtomically(path, new Uint8Array());

    expect(await readFile(path, 'utf8')).toBe('');
    expect(await readdir(folder)).toEqual(['orders.csv']);
  });

  it('never shows a reader a part of it when several write at once, and the last call has the last word', async () => {
    const path = join(folder, 'orders.csv');
    const contents = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(200_000));
    await writeFileAtomically(path, contents[0]!);
    let isWriting = true;
    const seen = new Set<string>();
    const reader = (async () => {
      while (isWriting) seen.add(await readFile(path, 'utf8'));
    })();

    await Promise.all(contents.map((content) => writeFileAtomically(path, content)));
    isWriting = false;
    await reader;

    expect(await readFile(path, 'utf8')).toBe(contents.at(-1));
    expect([...seen].filter((content) => !contents.includes(content))).toEqual([]);
    expect(await readdir(folder)).toEqual(['orders.csv']);
  });

  it('is not stopped by what a killed process left behind', async () => {
    const path = join(folder, 'orders.csv');
    await writeFile(`${path}.tmp`, 'half');

    await writeFileAtomically(path, 'whole');

    expect(await readdir(folder)).toEqual(['orders.csv']);
  });

  it('leaves the old content in place when it fails, and no temporary file', async () => {
    const path = join(folder, 'missing', 'orders.csv');

    await expect(writeFileAtomically(path, 'x')).rejects.toMatchObject({ code: 'ENOENT' });

    expect(await readdir(folder)).toEqual([]);
  });
});
