import type { Operation } from '../linearizability/model.js';

export interface RecordedOperation<I> extends Operation<I> {
  /** Counts the operations of its client. */
  readonly sequence: number;
  returned: number | undefined;
  output: unknown;
}

/** What clients did and saw, in the order in which it happened. */
export class History<I = unknown> {
  readonly operations: RecordedOperation<I>[] = [];
  private moment = 0;

  invoke(about: {
    readonly client: number;
    readonly sequence: number;
    readonly key: string;
    readonly input: I;
  }): number {
    this.moment += 1;
    const { client, sequence, key, input } = about;
    this.operations.push({
      client,
      sequence,
      key,
      input,
      invoked: this.moment,
      returned: undefined,
      output: undefined,
    });
    return this.operations.length - 1;
  }

  complete(offset: number, output: unknown): void {
    const operation = this.operations[offset];
    if (operation === undefined) return;
    this.moment += 1;
    operation.returned = this.moment;
    operation.output = output;
  }
}
