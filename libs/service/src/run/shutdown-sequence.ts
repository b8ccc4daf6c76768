import type { JsonLogger } from '../log/json-logger.js';

export type ShutdownHook = () => void | Promise<void>;

/** A named step of a shutdown. */
export interface ShutdownStep {
  readonly name: string;
  readonly run: ShutdownHook;
}

/**
 * Runs a step for at most `timeoutMs`. One that fails or takes longer is logged and left behind, so that it cannot keep
 * the others from running. True when it succeeded in time.
 */
export async function runStep({ name, run }: ShutdownStep, timeoutMs: number, logger: JsonLogger): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${Math.round(timeoutMs)} ms`)), timeoutMs);
  });
  try {
    await Promise.race([Promise.resolve().then(run), late]);
    return true;
  } catch (failure) {
    logger.write('error', 'shutdown step failed', { step: name, failure });
    return false;
  } finally {
    clearTimeout(timer);
  }
}
