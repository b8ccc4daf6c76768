/** What one check found. */
export type ReadinessResult = { readonly ready: true } | { readonly ready: false; readonly reason: string };

/** Looks at one thing that the service needs to serve. Quick, and without side effects. */
export type ReadinessCheck = () => ReadinessResult | Promise<ReadinessResult>;

export interface ReadinessReport {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, 'ready' | string>>;
}

/** Longest that a check may take, in ms; one that takes longer counts as not ready. */
const checkTimeoutMs = 2000;

/**
 * Whether this process should be given work: every registered check passes and it is not shutting down. A follower is
 * ready; so is a frontend without a leader if it can still answer.
 */
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();
  private draining = false;

  /** Adds a check; a second one of the same name replaces the first. */
  register(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** From now on the process is not ready: it is shutting down. */
  drain(): void {
    this.draining = true;
  }

  get isDraining(): boolean {
    return this.draining;
  }

  async report(): Promise<ReadinessReport> {
    const results = await Promise.all([...this.checks].map(async ([name, check]) => [name, await run(check)] as const));
    const checks: Record<string, string> = {};
    if (this.draining) checks['shutdown'] = 'the process is shutting down';
    for (const [name, result] of results) checks[name] = result.ready ? 'ready' : result.reason;
    return { ready: !this.draining && results.every(([, { ready }]) => ready), checks };
  }
}

async function run(check: ReadinessCheck): Promise<ReadinessResult> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<ReadinessResult>((resolve) => {
      timer = setTimeout(
        () => resolve({ ready: false, reason: `no answer within ${checkTimeoutMs} ms` }),
        checkTimeoutMs,
      );
    });
    return await Promise.race([check(), late]);
  } catch (error) {
    return { ready: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
