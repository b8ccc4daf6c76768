import type { World } from './world.js';

type Global = typeof globalThis;

/** The machine's own, whatever is in place of them. */
export const realTime = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  clearImmediate: globalThis.clearImmediate,
  performance: globalThis.performance,
  dateNow: Date.now,
  random: Math.random,
};

/** What the services hold of a virtual timer. */
class VirtualTimer {
  constructor(readonly cancel: () => void) {}

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

/**
 * Puts virtual time and seeded randomness in place of the globals that the services' code reads, while `run` runs.
 * Ports would be the other way; but the code under simulation is then another one than what runs in the store, where
 * timers and clocks are the globals. Outside of a virtual process the globals are the real ones.
 */
export async function withVirtualGlobals<T>(world: World, run: () => Promise<T>): Promise<T> {
  const setTimeoutVirtual = (fire: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): unknown => {
    const process = world.current;
    if (process === undefined) return realTime.setTimeout(fire, ms, ...args);
    return new VirtualTimer(process.after(Math.max(1, ms), () => fire(...args)));
  };
  const setImmediateVirtual = (fire: (...args: unknown[]) => void, ...args: unknown[]): unknown => {
    const process = world.current;
    if (process === undefined) return realTime.setImmediate(fire, ...args);
    return new VirtualTimer(process.after(0, () => fire(...args), 'immediate'));
  };
  const setIntervalVirtual = (fire: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): unknown => {
    const process = world.current;
    if (process === undefined) return realTime.setInterval(fire, ms, ...args);
    let cancel: () => void = () => undefined;
    const arm = (): void => {
      cancel = process.after(Math.max(1, ms), () => {
        arm();
        fire(...args);
      });
    };
    arm();
    return new VirtualTimer(() => cancel());
  };
  const clear = (timer: unknown): void => {
    if (timer instanceof VirtualTimer) timer.cancel();
    else realTime.clearTimeout(timer as NodeJS.Timeout);
  };
  const performanceVirtual = new Proxy(realTime.performance, {
    get: (target, property) => {
      if (property === 'now') return () => world.current?.monotonicNow ?? target.now();
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const dateNowVirtual = (): number => {
    const process = world.current;
    return process === undefined ? realTime.dateNow.call(Date) : Math.floor(world.now + process.wallOffsetMs);
  };
  const randomVirtual = (): number => world.current?.random.next() ?? realTime.random();

  install({
    setTimeout: setTimeoutVirtual,
    clearTimeout: clear,
    setInterval: setIntervalVirtual,
    clearInterval: clear,
    setImmediate: setImmediateVirtual,
    clearImmediate: clear,
    performance: performanceVirtual,
    dateNow: dateNowVirtual,
    random: randomVirtual,
  });
  const { stackTraceLimit } = Error;
  // Failed calls are the rule under faults, and telling their stacks would be a good part of the work.
  Error.stackTraceLimit = 3;
  try {
    return await run();
  } finally {
    install(realTime);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function install(time: { readonly [name in keyof typeof realTime]: unknown }): void {
  const { dateNow, random, ...globals } = time;
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis as Global, name, { value, configurable: true, writable: true, enumerable: true });
  }
  Date.now = dateNow as typeof Date.now;
  Math.random = random as typeof Math.random;
}
