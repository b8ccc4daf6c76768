import { fastify } from 'fastify';

/** The yardstick: what a bare Fastify route needs for the same answer. Prints its port and runs until stopped. */
const body = Buffer.from(process.env['BODY'] ?? '{}');
const server = fastify({ logger: false });
server.get('/products/:name', (_request, reply) => reply.type('application/json; charset=utf-8').send(body));
server.delete('/cache/products/:name', (_request, reply) => reply.code(204).send());
server.post('/orders', () => ({ data: { order_number: 0 } }));
const address = await server.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${new URL(address).port}\n`);
process.on('disconnect', () => process.exit(0));
