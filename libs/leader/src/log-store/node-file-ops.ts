import { close, constants, fdatasync, ftruncate, open, write } from 'node:fs';
import { link, mkdir, open as openHandle, readFile, readdir, rename, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { FileOps, WritableFile } from './file-ops.js';

/** Only the owner may read a log: it holds other people's orders. */
const fileMode = 0o600;

/** The real disk. Everything runs in libuv's thread pool, nothing blocks the event loop. */
export const nodeFileOps: FileOps = {
  makeFolder: async (path) => {
    const folder = resolve(path);
    const first = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    // A folder that a power failure takes back takes the votes inside with it.
    for (let made = folder; made.startsWith(first); made = dirname(made)) await syncFolder(dirname(made));
  },
  list: (folder) => readdir(folder),
  read: (path) => readFile(path),
  open: (path) => openFile(path, constants.O_RDWR),
  create: (path) => openFile(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL),
  link,
  rename,
  remove: unlink,
  syncFolder,
};

async function syncFolder(path: string): Promise<void> {
  // Windows can neither open nor sync a folder; its file systems journal names themselves.
  if (process.platform === 'win32') return;
  const folder = await openHandle(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

// Callbacks instead of FileHandle: this is the hot path, and a commit is two calls.
function openFile(path: string, flags: number): Promise<WritableFile> {
  return new Promise((fulfil, reject) => {
    open(path, flags, fileMode, (error, descriptor) => (error ? reject(error) : fulfil(fileOf(descriptor))));
  });
}

function fileOf(descriptor: number): WritableFile {
  return {
    write: (bytes, offset) =>
      new Promise((fulfil, reject) => {
        write(descriptor, bytes, 0, bytes.byteLength, offset, (error, written) =>
          error ? reject(error) : fulfil(written),
        );
      }),
    truncate: (bytes) => settle((done) => ftruncate(descriptor, bytes, done)),
    syncData: () => settle((done) => fdatasync(descriptor, done)),
    close: () => settle((done) => close(descriptor, done)),
  };
}

function settle(start: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((fulfil, reject) => start((error) => (error ? reject(error) : fulfil())));
}
