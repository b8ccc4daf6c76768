import type { LabCommand } from '../control/lab-command.js';
import { parseFaultWish } from '../faults/process-faults.js';
import type { LocalStore } from './local-store.js';

/** Carries out a command that arrived at the control endpoint; resolves to its JSON answer. */
export async function runCommand(store: LocalStore, command: LabCommand): Promise<unknown> {
  switch (command.kind) {
    case 'status':
      return store.status();
    case 'kill':
      return store.kill(command.name, command.signal);
    case 'start':
      return store.start(command.name);
    case 'pause':
      return store.pause(command.name);
    case 'resume':
      return store.resume(command.name);
    case 'cut':
      return store.cut(command.a, command.b, { oneWay: command.oneWay, refuse: command.refuse });
    case 'fault':
      return store.fault(command.name, parseFaultWish(command.order));
    case 'explain':
      return store.explain(command.product);
    case 'heal':
      return store.heal(command.pair);
    case 'verify':
      return store.verify({ acknowledged: command.acknowledged, restWaitMs: command.restWaitMs });
    case 'down':
      // Not awaited: the control endpoint waits for this answer before it closes.
      void store.stop();
      return { pid: process.pid };
  }
}
