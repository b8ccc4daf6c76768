import type { VirtualProcess } from '../world/virtual-process.js';

/** One of the store's processes. */
export interface Service {
  readonly process: VirtualProcess;
  /** A new life begins; runs inside the process. */
  begin(): void;
  /** The life ends as by kill -9: what was not durable is lost. Runs outside. */
  lose(): void;
}
