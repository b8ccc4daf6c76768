import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { LeaderDirectory } from '@quorumkit/leader';
import type { JsonLogger } from '@toystore/service';
import type { Subscription } from 'rxjs';

/** The directory, as far as watching needs it. */
export type WatchedDirectory = Pick<LeaderDirectory, 'start' | 'close' | 'current' | 'leader$'>;

/**
 * Keeps the order group's leader known for as long as the application runs. The directory conducts an election when it
 * starts, at every failed heartbeat, and at once when a request meets a dead connection.
 */
export class LeaderWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #directory: WatchedDirectory;
  readonly #logger: JsonLogger;
  #changes: Subscription | undefined;
  #hasFoundLeader = false;

  constructor(directory: WatchedDirectory, logger: JsonLogger) {
    this.#directory = directory;
    this.#logger = logger;
  }

  /** Whether a leader was found since the start. A later loss does not take it back: requests wait for the next one. */
  get hasFoundLeader(): boolean {
    return this.#hasFoundLeader;
  }

  onApplicationBootstrap(): void {
    this.#changes = this.#directory.leader$().subscribe((leader) => {
      if (leader) this.#hasFoundLeader = true;
      this.#logger.write('info', leader ? 'leader known' : 'leader unknown', { leader: leader?.id, term: leader?.term });
    });
    this.#directory.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#changes?.unsubscribe();
    await this.#directory.close();
  }
}
