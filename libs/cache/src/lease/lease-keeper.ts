import { Injectable } from '@nestjs/common';

@Injectable()
export class LeaseKeeper {
  start(): void {
    throw new Error('not implemented');
  }

  /** Stops the heartbeats, empties the cache and gives the lease back. */
  stop(): Promise<void> {
    throw new Error('not implemented');
  }
}
