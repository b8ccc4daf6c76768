import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium'].find(
  (path) => path !== undefined && existsSync(path),
);

/** Whether there is a browser to test with; where there is none it is said aloud. */
export const hasBrowser = executablePath !== undefined;
if (!hasBrowser) {
  console.warn(
    'NO BROWSER: the pages are not tested here. Install Chromium (Debian: apt-get install chromium) or set CHROMIUM_PATH.',
  );
}

/** Headless, and quiet: it looks nothing up and updates nothing. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: executablePath as string,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
