import type { Socket } from 'node:net';
import type { LinkFate } from './link-table.js';

/** What an opener may send ahead while its connection attempt is being held. Beyond it its own system makes it wait. */
export const earlyBytesMax = 64 * 1024;

/**
 * One direction of a connection. Held, it stops reading: at most one stream buffer stays in the lab, the rest waits in the
 * systems' socket buffers and then with the sender, as unacknowledged bytes do in a real partition. Released, everything
 * arrives late and in order, because that is what TCP's retransmission does; a reset instead would spare the processes the
 * hardest part of a partition, requests that arrive when nobody waits for them any more.
 */
class Flow {
  #held = false;
  #resetHeld = false;
  #discarded = false;

  constructor(
    private readonly source: Socket,
    private readonly sink: Socket,
  ) {
    source.on('error', () => {
      if (this.#held) this.#resetHeld = true;
      else sink.resetAndDestroy();
    });
    // Nobody is left to take the bytes, but the end that follows them must still be noticed.
    sink.once('close', () => {
      if (!this.#held) source.resume();
    });
    this.#run();
  }

  hold(): void {
    if (this.#held || this.#discarded) return;
    this.#held = true;
    this.source.unpipe(this.sink);
    this.source.pause();
  }

  release(): void {
    if (!this.#held) return;
    this.#held = false;
    if (this.#resetHeld) this.sink.resetAndDestroy();
    else this.#run();
  }

  /** From now on the source runs out into nothing. */
  discard(): void {
    this.#discarded = true;
    this.#held = false;
    this.source.unpipe(this.sink);
    this.source.resume();
  }

  #run(): void {
    if (this.sink.destroyed) this.source.resume();
    else this.source.pipe(this.sink);
  }
}

/** A connection between two processes, through the lab. Both sockets keep half-open connections (`allowHalfOpen`). */
export class LinkConnection {
  readonly #opener: Socket;
  readonly #dial: () => Socket;
  readonly #onClosed: () => void;
  #fate: LinkFate;
  #early: Buffer[] = [];
  #earlyBytes = 0;
  #target: Socket | undefined;
  #forward: Flow | undefined;
  #back: Flow | undefined;
  #hungUp = false;

  constructor(opener: Socket, options: { fate: LinkFate; dial: () => Socket; onClosed: () => void }) {
    this.#opener = opener;
    this.#dial = options.dial;
    this.#onClosed = options.onClosed;
    this.#fate = options.fate;
    opener.once('close', () => this.#noteClosed());
    if (this.#fate.forwardHeld) this.#wait();
    else this.#open();
  }

  apply(fate: LinkFate): void {
    this.#fate = fate;
    if (fate.refused) this.reset();
    else if (this.#target !== undefined) this.#holdOrRelease();
    else if (!fate.forwardHeld && !this.#opener.destroyed) this.#open();
  }

  /** Both ends see the connection reset; an end that is not connected yet never will be. */
  reset(): void {
    this.#opener.resetAndDestroy();
    // Node would wait with the reset until a process connects that may never do so.
    if (this.#target?.connecting === true) this.#target.destroy();
    else this.#target?.resetAndDestroy();
  }

  /** The attempt to connect does not arrive. It stays with the lab, so that one which is given up meanwhile never arrives. */
  #wait(): void {
    this.#opener.on('data', this.#keepEarly).on('end', this.#giveUp).on('error', this.#giveUp);
  }

  readonly #giveUp = (): void => void this.#opener.destroy();

  readonly #keepEarly = (bytes: Buffer): void => {
    this.#early.push(bytes);
    this.#earlyBytes += bytes.length;
    if (this.#earlyBytes >= earlyBytesMax) this.#opener.pause();
  };

  #open(): void {
    this.#opener.off('data', this.#keepEarly).off('end', this.#giveUp).off('error', this.#giveUp);
    const target = this.#dial();
    this.#target = target;
    target.once('close', () => this.#noteClosed());
    for (const bytes of this.#early) target.write(bytes);
    this.#early = [];
    this.#forward = new Flow(this.#opener, target);
    this.#back = new Flow(target, this.#opener);
    this.#opener.once('end', () => {
      this.#hungUp = true;
      this.#holdOrRelease();
    });
    this.#holdOrRelease();
  }

  #holdOrRelease(): void {
    if (this.#fate.forwardHeld) this.#forward?.hold();
    else this.#forward?.release();
    if (this.#fate.backHeld) {
      this.#back?.hold();
      // The callers here never half-close: one that has hung up waits for no answer, and keeping it would pile up with every retry.
      if (this.#hungUp) {
        this.#back?.discard();
        this.#opener.destroy();
      }
    } else this.#back?.release();
  }

  #noteClosed(): void {
    if (this.#opener.destroyed && this.#target?.destroyed !== false) this.#onClosed();
  }
}
