import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { ClusterSecretError, loadClusterSecret } from './cluster-secret.js';

describe('loadClusterSecret', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cluster-secret-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('makes a secret that only its owner may read, in a folder that did not exist', async () => {
    const file = join(folder, 'var', 'cluster-secret');

    const secret = await loadClusterSecret({ file });

    expect(secret.length).toBeGreaterThanOrEqual(64);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('gives every process that starts at once the same secret and leaves no drafts behind', async () => {
    const file = join(folder, 'cluster-secret');

    const secrets = await Promise.all(Array.from({ length: 20 }, () => loadClusterSecret({ file })));

    expect(new Set(secrets).size).toBe(1);
    expect(await readdir(folder)).toEqual(['cluster-secret']);
  });

  it('keeps the secret that is there', async () => {
    const file = join(folder, 'cluster-secret');
    const first = await loadClusterSecret({ file });

    expect(await loadClusterSecret({ file })).toBe(first);
  });

  it('prefers the secret of the environment and makes no file', async () => {
    const secret = await loadClusterSecret({ secret: 'e'.repeat(32), file: join(folder, 'cluster-secret') });

    expect(secret).toBe('e'.repeat(32));
    expect(await readdir(folder)).toEqual([]);
  });

  it('warns when others may read it', async () => {
    const file = join(folder, 'cluster-secret');
    await writeFile(file, 's'.repeat(40));
    await chmod(file, 0o644);
    const warnings: string[] = [];

    await loadClusterSecret({ file, warn: (message) => warnings.push(message) });

    expect(warnings).toEqual([expect.stringContaining('chmod 600')]);
    expect(warnings.join()).not.toContain('sss');
  });

  it('refuses a secret that is too short, without showing it', async () => {
    const file = join(folder, 'cluster-secret');
    await writeFile(file, 'hunter2', { mode: 0o600 });

    await expect(loadClusterSecret({ file })).rejects.toThrow(ClusterSecretError);
    await expect(loadClusterSecret({ file })).rejects.not.toThrow(/hunter2/);
  });

  it('says what stands in the way when the file cannot be read', async () => {
    await expect(loadClusterSecret({ file: folder })).rejects.toThrow(/cannot be read/);
  });
});
