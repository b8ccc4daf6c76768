import { equal } from 'node:assert/strict';

import type { LeaseRecord } from '../publishing/lease-record.js';

/** Outlives the publishers that are given it, not the process. */
export class InMemoryLeaseRecord implements LeaseRecord {
  constructor(private longestMs?: number) {}

  read(): number | undefined {
    return this.longestMs;
  }

  async write(longestLeaseMs: number): Promise<void> {
    this.longestMs = longestLeaseMs;
  }
}

/** The two functions of a test runner that the conformance suite needs. */
export interface RecordSuiteRunner {
  describe(title: string, body: () => void): void;
  it(title: string, body: () => Promise<void>): void;
}

/**
 * What every implementation of the `LeaseRecord` port promises.
 *
 * @param start a life of the owner over an empty record: `restart` ends it and gives what the next one reads
 */
export function describeLeaseRecord(
  name: string,
  start: () => Promise<{ readonly record: LeaseRecord; restart(): Promise<LeaseRecord> }>,
  { describe, it }: RecordSuiteRunner,
): void {
  describe(`${name} as a lease record`, () => {
    it('knows nothing before the first write', async () => {
      const { record } = await start();

      equal(await record.read(), undefined);
    });

    it('gives back what was written last, longer or shorter, to the next life too', async () => {
      const { record, restart } = await start();
      await record.write(2_000);
      await record.write(10_000);
      equal(await record.read(), 10_000);
      await record.write(500);

      equal(await (await restart()).read(), 500);
    });
  });
}
