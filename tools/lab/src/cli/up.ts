import { resolve } from 'node:path';
import { startStore } from '../store/start-store.js';
import type { LocalStore } from '../store/local-store.js';
import { howItEnded } from '../supervision/supervisor.js';
import { serviceLogPath } from '../supervision/service-log.js';
import { defaultDataDir, defaultPort } from './defaults.js';
import { welcome } from './welcome.js';

/** One Ctrl-C arrives twice under npm: from the terminal, and passed on by npm. */
const sameKeyPressMs = 1_000;

/**
 * Starts the store in the foreground and stays up until a signal or `lab down` stops it. Quiet: the processes write to their logs.
 * A first signal stops gracefully, a second one at once.
 */
export async function up(options: {
  port: number;
  dataDir: string;
  faults: boolean;
  frontends: number;
  say: (line: string) => void;
}): Promise<void> {
  const { port, faults, frontends, say } = options;
  const dataDir = resolve(options.dataDir);
  let starting: LocalStore | undefined;
  let ready = false;
  let askedToStopMs: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    const nowMs = performance.now();
    if (askedToStopMs !== undefined && nowMs - askedToStopMs < sameKeyPressMs) return;
    if (askedToStopMs === undefined) {
      say(`${signal}: stopping the store. Once more stops it at once.`);
      askedToStopMs = nowMs;
      void starting?.stop();
    } else {
      say(`${signal} again: stopping at once.`);
      void starting?.stopNow();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);

  try {
    const store = await startStore({
      port,
      dataDir,
      faults,
      frontends,
      onNetworkTrouble: say,
      onStarting: (store) => {
        starting = store;
        say(
          `Starting catalog, three order replicas and ${frontends === 1 ? 'the frontend' : `${frontends} frontends`} in ${dataDir} …`,
        );
        if (askedToStopMs !== undefined) void store.stop();
      },
      onUnexpectedExit: (name, exit) => {
        // While it starts, the failure itself says so, with the last log lines.
        if (ready)
          say(
            `${name} (pid ${exit.pid}) ended${howItEnded(exit)} without being asked to. It stays down until it is started again: npm run lab -- start ${name}. Its log: ${serviceLogPath(`${dataDir}/${name}`)}`,
          );
      },
    });
    ready = true;
    say(
      welcome({
        urls: store.urls,
        pageUrls: store.pageUrls,
        dataDir,
        standardPort: port === defaultPort,
        standardDataDir: dataDir === defaultDataDir,
        faults,
      }),
    );
    await store.stopped;
    say('Everything has stopped.');
  } catch (error) {
    if (askedToStopMs === undefined) throw error;
    await starting?.stopped;
    say('Everything has stopped.');
  }
}
