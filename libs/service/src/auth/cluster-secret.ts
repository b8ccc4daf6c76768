import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The secret cannot be used. Nothing was started. */
export class ClusterSecretError extends Error {
  readonly code = 'CLUSTER_SECRET_UNUSABLE';
  readonly definite = true;

  constructor(detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'ClusterSecretError';
  }
}

export interface ClusterSecretSource {
  /** `CLUSTER_SECRET`: wins over the file. */
  readonly secret?: string | undefined;
  /** Where the secret is kept; made with mode 0600 when it is missing. */
  readonly file: string;
  /** Told when others than the owner may read the file. */
  readonly warn?: (message: string) => void;
}

const secretLengthMin = 32;

/**
 * The secret that authenticates internal calls. Processes that start together on an empty folder agree on one: the file
 * appears whole and at most once (a private temporary file is linked to its name, which fails when the name exists).
 */
export async function loadClusterSecret({ secret, file, warn }: ClusterSecretSource): Promise<string> {
  if (secret !== undefined) return checked(secret, 'CLUSTER_SECRET');
  const existing = await readSecret(file, warn);
  if (existing !== undefined) return existing;
  await createSecret(file);
  const created = await readSecret(file, warn);
  if (created === undefined)
    throw new ClusterSecretError(`The cluster secret ${file} vanished while it was made. Start again.`);
  return created;
}

async function readSecret(file: string, warn: ClusterSecretSource['warn']): Promise<string | undefined> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ClusterSecretError(`The cluster secret ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) {
    warn?.(
      `Others than its owner may use the cluster secret ${file} (mode ${(mode & 0o777).toString(8)}). Run: chmod 600 ${file}`,
    );
  }
  return checked(content.trim(), file);
}

async function createSecret(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${randomBytes(48).toString('base64url')}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, file);
  } catch (cause) {
    // Another process was first: its secret is the cluster's.
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new ClusterSecretError(`The cluster secret ${file} cannot be made: ${(cause as Error).message}`, { cause });
    }
  } finally {
    await rm(draft, { force: true });
  }
}

function checked(secret: string, source: string): string {
  if (secret.length < secretLengthMin) {
    throw new ClusterSecretError(`The cluster secret from ${source} must have at least ${secretLengthMin} characters.`);
  }
  return secret;
}
