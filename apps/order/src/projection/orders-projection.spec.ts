import { mkdir, mkdtemp, readFile, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { OrderStateMachine } from '@toystore/protocol/order';
import { OrdersProjection } from './orders-projection.js';

let folder: string;
let path: string;

beforeEach(async () => {
  Logger.overrideLogger(false);
  folder = await mkdtemp(join(tmpdir(), 'orders-projection-'));
  path = join(folder, 'orders.csv');
});

afterEach(() => rm(folder, { recursive: true }));

function replica() {
  const machine = new OrderStateMachine();
  const projection = new OrdersProjection(machine, path);
  let index = 0;
  const order = (name: string): void => {
    const entry = { term: 1, time: 1_000 };
    const intent = ++index;
    machine.apply({
      ...entry,
      index: intent,
      command: { kind: 'intent', key: `k${index}`, fingerprint: 'f', name, quantity: 1 },
    });
    machine.apply({ ...entry, index: ++index, command: { kind: 'outcomes', outcomes: [{ intent, result: 'sold' }] } });
  };
  return { machine, projection, order };
}

describe('OrdersProjection', () => {
  it('has every order when the replica has stopped', async () => {
    const { projection, order } = replica();
    order('tux');
    projection.onApplicationBootstrap();
    order('fox');

    await projection.onApplicationShutdown();

    expect(await readFile(path, 'utf8')).toBe('number,name,quantity\n0,tux,1\n1,fox,1\n');
  });

  it('has orders that came in a snapshot', async () => {
    const ahead = replica();
    ahead.order('tux');
    const { machine, projection } = replica();
    projection.onApplicationBootstrap();

    machine.restore(ahead.machine.snapshot());
    await projection.onApplicationShutdown();

    expect(await readFile(path, 'utf8')).toBe('number,name,quantity\n0,tux,1\n');
  });

  it('does not hold orders up when it cannot be written, and catches up when it can', async () => {
    await mkdir(path);
    const failing = replica();
    failing.projection.onApplicationBootstrap();
    failing.order('tux');
    await failing.projection.onApplicationShutdown();
    await rmdir(path);

    const { projection, order } = replica();
    projection.onApplicationBootstrap();
    order('tux');
    await projection.onApplicationShutdown();

    expect(failing.machine.ledger.orderCount).toBe(1);
    expect(await readFile(path, 'utf8')).toBe('number,name,quantity\n0,tux,1\n');
  });
});
