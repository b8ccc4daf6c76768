import 'reflect-metadata';

import { createServer, type RequestListener } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { CacheInvalidationModule, createRawInvalidation } from '@quorumkit/cache';
import { createTestingCache } from '@quorumkit/cache/testing';
import { HmacAuthenticator } from '@toystore/service';

/**
 * A cache alone in a process, with the routes of its owner, who signs calls with `CLUSTER_SECRET` and names it `RECEIVER`.
 * `WAY=raw` answers DELETEs in front of the framework, anything else behind it. The cache holds `products/p1` and on, as
 * many as `ENTRIES` says: each of them is there to be dropped once. Prints its port and runs until stopped.
 */
const entries = Number(process.env['ENTRIES'] ?? 1);
const authenticator = new HmacAuthenticator({
  self: process.env['RECEIVER'] ?? 'cache',
  secret: process.env['CLUSTER_SECRET'] ?? '',
});
const auth = {
  sign: (call: Parameters<HmacAuthenticator['sign']>[0]) => authenticator.sign(call),
  verify: (call: Parameters<HmacAuthenticator['verify']>[0]) => void authenticator.verify(call),
};
const cache = createTestingCache({ name: 'frontend', auth, capacity: entries });
for (let number = 1; number <= entries; number += 1)
  await cache.fetch(`products/p${number}`, async () => ({ value: { name: 'tux' }, epoch: 1, sequence: 0 }));
const isRaw = process.env['WAY'] === 'raw';
const answerDelete = createRawInvalidation(cache, { verify: auth.verify });
const app = await NestFactory.create<NestFastifyApplication>(
  CacheInvalidationModule.forRoot({ cache, auth }),
  new FastifyAdapter({
    serverFactory: (handler: RequestListener) =>
      createServer((request, response) => {
        if (!isRaw || !answerDelete(request, response)) handler(request, response);
      }),
  }),
  { rawBody: true, logger: ['error', 'warn'] },
);
await app.listen(0, '127.0.0.1');
process.stdout.write(`${new URL(await app.getUrl()).port}\n`);
process.on('disconnect', () => process.exit(0));
