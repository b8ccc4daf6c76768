import type { LogStore, PeerReceiver, PeerTransport, PortDecorators } from '@quorumkit/leader';
import type { FaultBoard } from '@toystore/service';
import { withMethods } from './with-methods.js';

type Envelope = Parameters<PeerTransport['send']>[0];
type Message = Envelope['message'];
type Batch = Parameters<LogStore['append']>[0];

/**
 * The points `before-send` and `before-commit`: sees what the leader sends to its followers, what they answer, and what
 * its own log has made durable. Only entries with commands count; those are the orders.
 */
export class PeerKillPoints {
  /** Of the last command that was on its way to a follower, and of the last that a follower had. */
  private sentIndex = 0;
  private matchedIndex = 0;
  private durableIndex = 0;
  /** When it is durable, this process ends; until then it sends nothing. */
  private doomedIndex: number | undefined;

  constructor(private readonly board: FaultBoard) {}

  get decorators(): Required<Pick<PortDecorators, 'store' | 'transport'>> {
    return { store: (real) => this.store(real), transport: (real) => this.transport(real) };
  }

  private transport(real: PeerTransport): PeerTransport {
    return withMethods(real, {
      open: (receiver) => real.open(this.receiver(receiver)),
      send: (envelope) => {
        this.sending(envelope);
        if (this.doomedIndex === undefined) real.send(envelope);
      },
    });
  }

  private receiver(real: PeerReceiver): PeerReceiver {
    return withMethods(real, {
      message: (from, message) => {
        this.answered(message);
        real.message(from, message);
      },
    });
  }

  private store(real: LogStore): LogStore {
    return withMethods(real, {
      append: async (batch) => {
        // Indexes that were cut off are given out again.
        if (batch.truncateFrom !== undefined) this.sentIndex = Math.min(this.sentIndex, batch.truncateFrom - 1);
        await real.append(batch);
        this.durable(batch);
      },
    });
  }

  private sending({ message }: Envelope): void {
    if (message.kind !== 'appendRequest') return;
    const last = message.entries.findLast(({ kind, term }) => kind === 'command' && term === message.term)?.index;
    if (last === undefined || last <= this.sentIndex) return;
    this.sentIndex = last;
    if (!this.board.isNext('before-send')) {
      this.board.pass('before-send');
      return;
    }
    this.doomedIndex = last;
    this.dieWhenDurable();
  }

  private durable({ entries }: Batch): void {
    const last = entries.at(-1);
    if (last !== undefined) this.durableIndex = last.index;
    this.dieWhenDurable();
  }

  private dieWhenDurable(): void {
    if (this.doomedIndex === undefined || this.doomedIndex > this.durableIndex) return;
    const what = `entry ${this.doomedIndex} is durable here and was sent to nobody`;
    this.doomedIndex = undefined;
    this.board.pass('before-send', what);
  }

  private answered(message: Message): void {
    if (message.kind !== 'appendResponse' || message.matchIndex === undefined) return;
    const { matchIndex } = message;
    // The first follower to have the entry: its answer makes a majority of three, as soon as the leader hears it.
    if (matchIndex < this.sentIndex || this.matchedIndex >= this.sentIndex) return;
    this.matchedIndex = this.sentIndex;
    this.board.pass('before-commit', `a follower has entry ${this.sentIndex}, which is not committed here`);
  }
}
