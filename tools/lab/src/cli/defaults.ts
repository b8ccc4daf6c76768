import { fileURLToPath } from 'node:url';

/** `data/var` of this checkout, whatever the working directory. */
export const defaultDataDir = fileURLToPath(new URL('../../../../data/var', import.meta.url));

export const defaultPort = 8080;
