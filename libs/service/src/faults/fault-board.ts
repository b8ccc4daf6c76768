import { type Fault, type FaultReport, type KillPoint, unreachable } from '@toystore/contracts';

import type { DiskFaults } from './disk-faults.js';

export interface FaultBoardOptions {
  /** The points that this process passes; others cannot be armed. */
  readonly points: readonly KillPoint[];
  readonly disk: DiskFaults;
  /** Told what is armed and what happens. Lines have left the process when `flush` returns. */
  readonly logger: { warn(message: string): void; flush(): void };
  /** Ends the process, now. Default: SIGKILL. */
  readonly kill?: () => void;
  /** Stops the event loop for so long. Default: sleeps. */
  readonly block?: (ms: number) => void;
}

/** Thrown for a fault that this process cannot suffer. Nothing was armed. */
export class FaultRefusedError extends Error {
  override readonly name = 'FaultRefusedError';
  readonly code = 'FAULT_REFUSED';
  readonly definite = true;
}

/** Between the answer to whoever armed a block and the block, ms: the answer must get out. */
const blockAfterMs = 20;

/**
 * What a process that was started with fault injection has been told to suffer. The process's ports, wrapped, report
 * here what they pass. One for a process; without fault injection there is none.
 */
export class FaultBoard {
  private readonly armed = new Map<Fault['kind'], Fault>();
  private readonly passages: Map<KillPoint, number>;
  private passagesLeft = 0;
  private blocks = 0;

  constructor(private readonly options: FaultBoardOptions) {
    this.passages = new Map(options.points.map((point) => [point, 0]));
  }

  /** @throws FaultRefusedError when the process has no such point */
  arm(fault: Fault): FaultReport {
    const { disk, logger } = this.options;
    if (fault.kind === 'kill' && !this.passages.has(fault.at)) {
      const points = this.options.points.length === 0 ? 'no points' : `only ${this.options.points.join(', ')}`;
      throw new FaultRefusedError(`This process does not pass ${fault.at}; it has ${points}.`);
    }
    logger.warn(`FAULT armed: ${JSON.stringify(fault)}`);
    this.armed.set(fault.kind, fault);
    switch (fault.kind) {
      case 'kill':
        this.passagesLeft = fault.hit;
        break;
      case 'block':
        setTimeout(() => this.block(fault.ms), blockAfterMs);
        break;
      case 'lose-unsynced':
        disk.loseUnsynced();
        break;
      case 'disk-full':
        disk.fill(fault.bytes);
        break;
      case 'sync-error':
        disk.failSyncs();
        break;
      case 'slow-sync':
        disk.slowSyncs(fault.ms);
        break;
      default:
        unreachable(fault);
    }
    return this.report();
  }

  /** Ends every fault; a block that has begun is not cut short. */
  clear(): FaultReport {
    this.options.logger.warn('FAULT all cleared');
    this.armed.clear();
    this.options.disk.clear();
    return this.report();
  }

  /** Whether the next passage of `point` is the one at which the process is to die. */
  isNext(point: KillPoint): boolean {
    return this.isArmedAt(point) && this.passagesLeft === 1;
  }

  /** The process passes `point`; it may not return. `what` is for the log, when the process ends here. */
  pass(point: KillPoint, what = ''): void {
    this.passages.set(point, (this.passages.get(point) ?? 0) + 1);
    if (!this.isArmedAt(point)) return;
    this.passagesLeft -= 1;
    if (this.passagesLeft > 0) return;
    const { logger, kill = killItself } = this.options;
    logger.warn(`FAULT killed at ${point}${what === '' ? '' : `: ${what}`}`);
    logger.flush();
    kill();
  }

  report(): FaultReport {
    const { refusedWrites, failedSyncs, delayedSyncs, unsyncedBytes } = this.options.disk.counts;
    return {
      armed: [...this.armed.values()],
      passages: [...this.passages].map(([point, count]) => ({ point, count })),
      blocks: this.blocks,
      refusedWrites,
      failedSyncs,
      delayedSyncs,
      unsyncedBytes,
    };
  }

  private isArmedAt(point: KillPoint): boolean {
    const armed = this.armed.get('kill');
    return armed?.kind === 'kill' && armed.at === point && this.passagesLeft > 0;
  }

  private block(ms: number): void {
    // Cleared before it began.
    if (!this.armed.delete('block')) return;
    const { logger, block = sleepOnTheLoop } = this.options;
    logger.warn(`FAULT the event loop is blocked for ${ms} ms`);
    logger.flush();
    block(ms);
    this.blocks += 1;
    logger.warn(`FAULT the event loop was blocked for ${ms} ms`);
  }
}

function killItself(): void {
  process.kill(process.pid, 'SIGKILL');
}

// Not a busy loop: whoever else runs on this machine needs the processor.
function sleepOnTheLoop(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
