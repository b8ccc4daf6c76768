/** Why a call was not let in. */
export type RefusalReason =
  'unsigned' | 'malformed' | 'wrong_receiver' | 'stale' | 'before_start' | 'bad_signature' | 'replayed';

const explanations: Readonly<Record<RefusalReason, string>> = {
  unsigned: 'it carries no signature',
  malformed: 'its signature has an unknown form',
  wrong_receiver: 'it was signed for another receiver',
  stale: 'it was signed too long ago, or by a clock that is ahead',
  before_start: 'it was signed before this process started',
  bad_signature: 'its signature does not match',
  replayed: 'it was received before',
};

/** An internal call was not authenticated. It was not carried out; sign it anew and send it again. */
export class UnauthenticatedCallError extends Error {
  readonly code = 'UNAUTHENTICATED';
  readonly definite = true;

  constructor(readonly reason: RefusalReason) {
    super(`The call is refused: ${explanations[reason]}. Nothing was done.`);
    this.name = 'UnauthenticatedCallError';
  }
}
