import { readdir } from 'node:fs/promises';
import { applicationFolder, readStaticFile, type StaticFile, type StaticFiles } from '../static-files/static-file.js';

export const STOREFRONT_FILES = Symbol.for('@toystore/frontend:storefront-files');

/** Markup, style and pictures are served as they are written; the scripts are what the build emitted for browsers. */
const sources = [
  { folder: new URL('src/storefront/', applicationFolder), kind: /\.(?:html|css|svg)$/ },
  { folder: new URL('dist/storefront/browser/', applicationFolder), kind: /\.js$/ },
] as const;

/** Reads the page's files, `index.html` among them. @throws when the scripts were not built */
export async function readStorefrontFiles(): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  for (const { folder, kind } of sources) {
    for (const name of await namesIn(folder)) {
      if (kind.test(name)) files.set(name, await readStaticFile(new URL(name, folder)));
    }
  }
  return files;
}

async function namesIn(folder: URL): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw new Error(
      `The storefront's folder ${folder.pathname} cannot be read. Build the application first: npm run build`,
      { cause },
    );
  }
}
