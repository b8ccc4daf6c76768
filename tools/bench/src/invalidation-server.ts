import 'reflect-metadata';

import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { CacheInvalidationModule } from '@quorumkit/cache';
import { createTestingCache } from '@quorumkit/cache/testing';
import { HmacAuthenticator } from '@toystore/service';

/**
 * A cache alone in a process, with the routes of its owner, who signs calls with `CLUSTER_SECRET` and names it `RECEIVER`.
 * It holds `products/tux` again when a DELETE has been answered, so each of them has something to drop. Prints its port
 * and runs until stopped.
 */
const authenticator = new HmacAuthenticator({
  self: process.env['RECEIVER'] ?? 'cache',
  secret: process.env['CLUSTER_SECRET'] ?? '',
});
const auth = {
  sign: (call: Parameters<HmacAuthenticator['sign']>[0]) => authenticator.sign(call),
  verify: (call: Parameters<HmacAuthenticator['verify']>[0]) => void authenticator.verify(call),
};
const cache = createTestingCache({ name: 'frontend', auth });
const app = await NestFactory.create<NestFastifyApplication>(
  CacheInvalidationModule.forRoot({ cache, auth }),
  new FastifyAdapter(),
  { rawBody: true, logger: ['error', 'warn'] },
);
let sequence = 0;
const hold = () => cache.fetch('products/tux', async () => ({ value: { name: 'tux' }, epoch: 1, sequence }));
await hold();
app
  .getHttpAdapter()
  .getInstance()
  .addHook('onResponse', async () => {
    sequence += 1;
    await hold();
  });
await app.listen(0, '127.0.0.1');
process.stdout.write(`${new URL(await app.getUrl()).port}\n`);
process.on('disconnect', () => process.exit(0));
