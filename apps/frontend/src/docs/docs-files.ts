import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { applicationFolder, readStaticFile, type StaticFile } from '../static-files/static-file.js';

/**
 * The API page's files, read when they are first asked for: the bundle is large, and most processes never serve it.
 * Nothing outside this list is served.
 */
export class DocsFiles {
  readonly #locations: ReadonlyMap<string, URL>;
  readonly #read = new Map<string, Promise<StaticFile>>();

  constructor() {
    const own = new URL('src/docs/', applicationFolder);
    const swaggerUi = new URL(
      './',
      pathToFileURL(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json')),
    );
    this.#locations = new Map([
      ['index.html', new URL('index.html', own)],
      ['start.js', new URL('start.js', own)],
      ['swagger-ui.css', new URL('swagger-ui.css', swaggerUi)],
      ['swagger-ui-bundle.js', new URL('swagger-ui-bundle.js', swaggerUi)],
    ]);
  }

  async find(name: string): Promise<StaticFile | undefined> {
    const location = this.#locations.get(name);
    if (!location) return undefined;
    let file = this.#read.get(name);
    if (!file) {
      file = readStaticFile(location);
      this.#read.set(name, file);
      // A failed read is asked for again next time.
      file.catch(() => this.#read.delete(name));
    }
    return file;
  }
}
