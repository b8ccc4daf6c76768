import { describe, expect, it } from '@jest/globals';
import { NextFlight } from './next-flight.js';

/** Work whose end the test decides. */
class GatedWork {
  readonly #gates: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];

  get started(): number {
    return this.#gates.length;
  }

  start = (): Promise<string> => new Promise((resolve, reject) => this.#gates.push({ resolve, reject }));

  end(flight: number, value: string): void {
    this.#gates[flight]?.resolve(value);
  }

  fail(flight: number): void {
    this.#gates[flight]?.reject(new Error('the catalog is away'));
  }
}

const turns = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the next flight', () => {
  it('never serves a caller a read that began before the caller asked', async () => {
    const work = new GatedWork();
    const flights = new NextFlight(work.start);
    const early = flights.run();
    const late = flights.run();

    work.end(0, 'before the sale');
    await turns();
    work.end(1, 'after the sale');

    await expect(early).resolves.toBe('before the sale');
    await expect(late).resolves.toBe('after the sale');
  });

  it('serves everybody who arrived meanwhile with one read', async () => {
    const work = new GatedWork();
    const flights = new NextFlight(work.start);
    const first = flights.run();
    const others = Array.from({ length: 100 }, () => flights.run());

    work.end(0, 'a');
    await first;
    await turns();
    work.end(1, 'b');

    expect(new Set(await Promise.all(others))).toEqual(new Set(['b']));
    expect(work.started).toBe(2);
  });

  it('goes on after a failure', async () => {
    const work = new GatedWork();
    const flights = new NextFlight(work.start);
    const first = flights.run();
    const second = flights.run();

    work.fail(0);
    await expect(first).rejects.toThrow('the catalog is away');
    await turns();
    work.end(1, 'back');

    await expect(second).resolves.toBe('back');
    const third = flights.run();
    work.end(2, 'again');
    await expect(third).resolves.toBe('again');
  });
});
