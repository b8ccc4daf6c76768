import type { CommittedEntry, StateMachine } from '../state-machine.js';

/** A state machine for tests: keeps the texts that it is given, in order; the result of each is how many there are. */
export class Notes implements StateMachine {
  notes: string[] = [];

  apply({ command }: CommittedEntry): number {
    return this.notes.push(command as string);
  }

  snapshot(): unknown {
    return this.notes;
  }

  restore(snapshot: unknown): void {
    this.notes = [...(snapshot as string[])];
  }
}
