import { connect } from 'node:net';

const host = '127.0.0.1';
const pollMs = 100;

/**
 * Whether a process listens on a port. Links to it open and close their own ports accordingly: a caller of a dead process must
 * be refused, as it would be without the lab in between, because that refusal is what failure detectors act upon.
 */
export class TargetPort {
  readonly port: number;
  #listens = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #observers: (() => void)[] = [];

  constructor(port: number) {
    this.port = port;
  }

  get listens(): boolean {
    return this.#listens;
  }

  onChange(observer: () => void): void {
    this.#observers.push(observer);
  }

  /** Asks until somebody listens. */
  watch(): void {
    if (this.#closed) return;
    const probe = connect({ port: this.port, host });
    probe.once('connect', () => {
      probe.destroy();
      this.#turn(true);
    });
    // Whatever the error is, nobody has accepted: the next look tells more.
    probe.once('error', () => {
      this.#timer = setTimeout(() => this.watch(), pollMs);
    });
  }

  /** A connection was refused: nobody listens there now. */
  noteRefused(): void {
    if (!this.#listens) return;
    this.#turn(false);
    this.watch();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #turn(listens: boolean): void {
    if (this.#closed) return;
    this.#listens = listens;
    for (const observer of this.#observers) observer();
  }
}
