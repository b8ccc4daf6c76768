import type { JsonLogger } from '../log/json-logger.js';

export type ShutdownHook = () => void | Promise<void>;

interface NamedHook {
  readonly name: string;
  readonly run: ShutdownHook;
}

/** Runs named steps one after another; one that fails or takes too long is logged and does not stop the others. */
export class ShutdownSequence {
  private readonly hooks: NamedHook[] = [];

  add(name: string, run: ShutdownHook): void {
    this.hooks.push({ name, run });
  }

  /** Last added first, so that what was built on others goes before them. True when every step succeeded in time. */
  async run(logger: JsonLogger, stepTimeoutMs: number): Promise<boolean> {
    let isClean = true;
    for (const { name, run } of this.hooks.reverse()) {
      const failure = await within(run, stepTimeoutMs);
      if (failure !== undefined) {
        isClean = false;
        logger.write('error', 'shutdown step failed', { step: name, failure });
      }
    }
    return isClean;
  }
}

async function within(run: ShutdownHook, timeoutMs: number): Promise<Error | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error(`not done within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([Promise.resolve(run()).then(() => undefined), late]);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    clearTimeout(timer);
  }
}
