/**
 * Shares one piece of work among callers, and never hands a caller work that began before the caller asked: at most
 * one flight runs and one waits, and who arrives while one runs gets the next one.
 *
 * Counter-example for plain sharing: (1) A's read of the stock starts and is answered with 10; (2) a sale of 3 is
 * acknowledged to B; (3) B reads, joins A's read that is still on its way, and sees 10. Here B gets a read of its own.
 *
 * Promise: without any invalidation, a caller's answer was read after the caller asked. A failure reaches exactly the
 * callers of that flight.
 * Non-promise: latency. A caller may wait for one flight that is not its own.
 */
export class NextFlight<T> {
  readonly #start: () => Promise<T>;
  #running: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(start: () => Promise<T>) {
    this.#start = start;
  }

  run(): Promise<T> {
    if (!this.#running) return this.#launch();
    this.#next ??= this.#after(this.#running);
    return this.#next;
  }

  async #after(flight: Promise<T>): Promise<T> {
    await Promise.allSettled([flight]);
    this.#next = undefined;
    return this.#launch();
  }

  #launch(): Promise<T> {
    const flight = this.#start().finally(() => {
      if (this.#running === flight) this.#running = undefined;
    });
    this.#running = flight;
    return flight;
  }
}
