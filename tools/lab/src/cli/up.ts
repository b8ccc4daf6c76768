import { resolve } from 'node:path';
import { startStore } from '../store/start-store.js';
import type { LocalStore } from '../store/local-store.js';
import { howItEnded } from '../supervision/supervisor.js';
import { serviceLogPath } from '../supervision/service-log.js';
import { defaultDataDir, defaultPort } from './defaults.js';
import { welcome } from './welcome.js';

/**
 * Starts the store in the foreground and stays up until a signal or `lab down` stops it. Quiet: the processes write to their logs.
 * A first signal stops gracefully, a second one at once.
 */
export async function up(options: { port: number; dataDir: string; say: (line: string) => void }): Promise<void> {
  const { port, say } = options;
  const dataDir = resolve(options.dataDir);
  let starting: LocalStore | undefined;
  let ready = false;
  let askedToStop = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    say(askedToStop ? `${signal} again: stopping at once.` : `${signal}: stopping the store. Once more stops it at once.`);
    askedToStop = true;
    void starting?.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);

  say(`Starting catalog, three order replicas and frontend in ${dataDir} …`);
  try {
    const store = await startStore({
      port,
      dataDir,
      onStarting: (store) => {
        starting = store;
        if (askedToStop) void store.stop();
      },
      onUnexpectedExit: (name, exit) => {
        // While it starts, the failure itself says so, with the last log lines.
        if (ready) say(`${name} (pid ${exit.pid}) ended${howItEnded(exit)} without being asked to. It stays down until it is started again: npm run lab -- start ${name}. Its log: ${serviceLogPath(`${dataDir}/${name}`)}`);
      },
    });
    ready = true;
    say(welcome({ url: store.url, dataDir, standardPort: port === defaultPort, standardDataDir: dataDir === defaultDataDir }));
    await store.stopped;
    say('Everything has stopped.');
  } catch (error) {
    if (!askedToStop) throw error;
    await starting?.stopped;
    say('Everything has stopped.');
  }
}
