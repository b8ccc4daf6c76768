import { CallAbortedError, ConnectionFailedError, DeadlineExceededError } from '@toystore/contracts';
import type { VirtualProcess } from '../world/virtual-process.js';
import type { Network } from './network.js';

/** A request that expects an answer, as over one HTTP connection. */
export interface Call<T> {
  readonly from: VirtualProcess;
  readonly to: VirtualProcess;
  /** `METHOD /path`, for messages and the trace. */
  readonly what: string;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  /** May it arrive twice? Default true. HTTP does not do that by itself; what may be repeated at any time must live with it. */
  readonly mayRepeat?: boolean;
  /** Runs in `to`. What it throws is a bug. */
  readonly serve: () => T | Promise<T>;
}

/**
 * Carries a call. Rejects with the errors of the contracts' transports: refused (the process is dead), broken (it died
 * meanwhile), not answered in time (whatever the reason), given up. The request may arrive twice; the second answer is
 * not heard.
 */
export function carry<T>(network: Network, call: Call<T>): Promise<T> {
  const { from, to, what, deadlineMs, signal } = call;
  const { world } = network;
  const [method = '', path = ''] = what.split(' ');
  const target = { method, path, receiver: to.name };
  // What a killed process still does in the turn in which it died has no effect, and nobody waits for it.
  if (!from.isAlive) return new Promise<T>(() => undefined);
  if (signal?.aborted === true)
    return Promise.reject(new CallAbortedError(target, { definite: true, cause: signal.reason }));
  if (deadlineMs <= 0) return Promise.reject(new DeadlineExceededError(target, { deadlineMs, definite: true }));
  return new Promise<T>((resolve, reject) => {
    let isOver = false;
    const life = from.life;
    const end = (finish: () => void): void => {
      if (isOver) return;
      isOver = true;
      cancelDeadline();
      signal?.removeEventListener('abort', aborted);
      finish();
    };
    const aborted = (): void =>
      end(() => reject(new CallAbortedError(target, { definite: false, cause: signal?.reason })));
    const cancelDeadline = from.after(
      deadlineMs,
      () => end(() => reject(new DeadlineExceededError(target, { deadlineMs, definite: false }))),
      'deadline',
    );
    signal?.addEventListener('abort', aborted, { once: true });

    const backTo = (sender: VirtualProcess | undefined, finish: () => void): void => {
      const delay = sender === undefined ? network.transmit(to, from.name) : network.transmit(sender, from.name);
      if (delay === undefined || from.life !== life) return;
      world.schedule(world.now + delay, `answer ${what}`, () => end(finish), from);
    };
    const fail = (definite: boolean, why: string): void =>
      backTo(undefined, () => reject(new ConnectionFailedError(target, { definite, cause: new Error(why) })));
    const arrive = (isHeard: boolean): void => {
      if (!to.isAlive) {
        if (isHeard) fail(true, 'connection refused');
        return;
      }
      world.schedule(world.now, `serve ${what} at ${to.name}`, () => serve(isHeard), to);
      if (isHeard) stopWatching = to.onKilled(() => fail(false, 'connection reset'));
    };
    let stopWatching: () => void = () => undefined;
    const serve = (isHeard: boolean): void => {
      const servedIn = to.life;
      void Promise.resolve()
        .then(() => call.serve())
        .then(
          (answer) => {
            if (!isHeard || to.life !== servedIn) return;
            stopWatching();
            if (isTold(path)) world.note(() => `${to.name} → ${from.name} ${what}: ${shortJson(answer)}`);
            backTo(to, () => resolve(answer));
          },
          (error: unknown) => {
            if (to.life !== servedIn) return;
            world.violate(
              'No Crash',
              `${to.name} failed at ${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
            );
          },
        );
    };

    const delay = network.transmit(from, to.name);
    if (isTold(path)) world.note(() => `${from.name} → ${to.name} ${what}${delay === undefined ? ' (lost)' : ''}`);
    if (delay === undefined) return;
    world.schedule(world.now + delay, `arrive ${what}`, () => arrive(true));
    if (call.mayRepeat === false || !network.repeats()) return;
    const again = network.transmit(from, to.name);
    if (again !== undefined) world.schedule(world.now + again, `repeat ${what}`, () => arrive(false));
  });
}

/** Questions that are asked all the time would hide the rest. */
function isTold(path: string): boolean {
  return path !== '/leader/status';
}

function shortJson(answer: unknown): string {
  const json = JSON.stringify(answer, (name, value: unknown) =>
    name === 'headers' || name === 'body' ? undefined : value,
  );
  return (json ?? 'accepted').slice(0, 200);
}
