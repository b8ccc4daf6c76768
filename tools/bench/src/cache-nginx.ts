import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Yardstick } from './yardstick.js';

const startAttempts = 50;
const startPollMs = 100;

/** An nginx `proxy_cache` before `upstream` that holds the answer to `path`; undefined when no nginx is installed. */
export async function startNginxCache(upstream: string, path: string): Promise<Yardstick | undefined> {
  if (spawnSync('nginx', ['-v']).error !== undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'toystore-nginx-'));
  const port = await freePort();
  const configuration = join(folder, 'nginx.conf');
  await writeFile(configuration, nginxConfiguration({ folder, port, upstream }));
  // One process, as the other contestants are; `-e` keeps it from the system's log folder.
  const child: ChildProcess = spawn('nginx', ['-c', configuration, '-e', join(folder, 'error.log')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    }
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilHit(`${url}${path}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, pid: child.pid as number, stop };
}

function nginxConfiguration({ folder, port, upstream }: { folder: string; port: number; upstream: string }): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (what) => `${what}_temp_path ${folder}/${what};`,
  );
  return `
    daemon off;
    master_process off;
    pid ${folder}/nginx.pid;
    events { worker_connections 1024; }
    http {
      access_log off;
      keepalive_requests 1000000000;
      ${temporary.join('\n      ')}
      proxy_cache_path ${folder}/cache keys_zone=products:1m;
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass ${upstream};
          proxy_cache products;
          proxy_cache_valid 200 1h;
          add_header X-Cache $upstream_cache_status;
        }
      }
    }
  `;
}

async function untilHit(url: string): Promise<void> {
  let last = 'nothing';
  for (let attempt = 0; attempt < startAttempts; attempt += 1) {
    const answer = await fetch(url).catch((error: Error) => error);
    if (answer instanceof Response) {
      await answer.arrayBuffer();
      last = `${answer.status}, X-Cache: ${answer.headers.get('x-cache')}`;
      if (answer.headers.get('x-cache') === 'HIT') return;
    } else last = answer.message;
    await sleep(startPollMs);
  }
  throw new Error(`nginx did not answer ${url} from its cache; it answered ${last}.`);
}

/** nginx cannot choose one itself. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
