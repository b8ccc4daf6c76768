import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { SchedulerRegistry } from '@nestjs/schedule';
import type { LeaderDirectory } from '@quorumkit/leader';
import type { JsonLogger } from '@toystore/service';
import type { Subscription } from 'rxjs';

/** The directory, as far as watching needs it. */
export type WatchedDirectory = Pick<LeaderDirectory, 'start' | 'close' | 'leader$' | 'checkLeader'>;

export interface LeaderWatchOptions {
  readonly directory: WatchedDirectory;
  readonly scheduler: SchedulerRegistry;
  readonly logger: JsonLogger;
  readonly heartbeatIntervalMs: number;
}

/** Name of the heartbeat in Nest's scheduler. */
export const heartbeatName = 'leader-heartbeat';

/**
 * Keeps the order group's leader known for as long as the application runs: an election when it starts, at every failed
 * heartbeat, and (the directory's own doing) at once when a request meets a dead connection.
 */
export class LeaderWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #options: LeaderWatchOptions;
  #changes: Subscription | undefined;
  #hasFoundLeader = false;
  #beating = false;

  constructor(options: LeaderWatchOptions) {
    this.#options = options;
  }

  /** Whether a leader was found since the start. A later loss does not take it back: requests wait for the next one. */
  get hasFoundLeader(): boolean {
    return this.#hasFoundLeader;
  }

  onApplicationBootstrap(): void {
    const { directory, scheduler, logger, heartbeatIntervalMs } = this.#options;
    this.#changes = directory.leader$().subscribe((leader) => {
      if (leader) this.#hasFoundLeader = true;
      logger.write('info', leader ? 'leader known' : 'leader unknown', { leader: leader?.id, term: leader?.term });
    });
    directory.start();
    scheduler.addInterval(
      heartbeatName,
      setInterval(() => void this.#beat(), heartbeatIntervalMs),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    const { directory, scheduler } = this.#options;
    if (scheduler.doesExist('interval', heartbeatName)) scheduler.deleteInterval(heartbeatName);
    this.#changes?.unsubscribe();
    await directory.close();
  }

  /** A heartbeat that is not answered yet is not overtaken by the next one. */
  async #beat(): Promise<void> {
    if (this.#beating) return;
    this.#beating = true;
    await this.#options.directory.checkLeader();
    this.#beating = false;
  }
}
