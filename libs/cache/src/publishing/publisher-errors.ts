import { cacheKeyLengthMax } from '../core/cache-key.js';

/** `open` has not been called: this service does not know yet which epoch it lives in. Nothing was committed. */
export class PublisherNotOpenError extends Error {
  override readonly name = 'PublisherNotOpenError';
  readonly code = 'cache_publisher_not_open';
  readonly definite = true;

  constructor() {
    super('The cache publisher is not open. Call publisher.open(epoch) once the data is ready; nothing was committed.');
  }
}

/**
 * `mutationsWaitingMax` mutations are under way already: they commit, or wait for acknowledgements. `definite`: nothing
 * was committed; try again later. Otherwise it is about a change that was: caches are told of it, but nobody waits.
 */
export class PublisherOverloadedError extends Error {
  override readonly name = 'PublisherOverloadedError';
  readonly code = 'cache_publisher_overloaded';

  constructor(
    readonly mutationsWaitingMax: number,
    readonly definite: boolean,
  ) {
    super(
      `${mutationsWaitingMax} mutations wait for caches to acknowledge them (mutationsWaitingMax). ` +
        (definite
          ? 'Nothing was committed; try again later.'
          : 'Caches are told of this change, but may show what was before it: do not acknowledge it, invalidate again later.'),
    );
  }
}

/** The application is shutting down. `definite`: nothing was committed. */
export class PublisherStoppedError extends Error {
  override readonly name = 'PublisherStoppedError';
  readonly code = 'cache_publisher_stopped';

  constructor(readonly definite: boolean) {
    super(
      'The cache publisher has stopped, because the application is shutting down. ' +
        (definite
          ? 'Nothing was committed; try again at its next life.'
          : 'The change was committed, but caches may show what was before it: do not acknowledge it; repeat it at the next life.'),
    );
  }
}

/** The mutation reported no usable sequence. It may have been committed; caches were not told. */
export class UnusableSequenceError extends Error {
  override readonly name = 'UnusableSequenceError';
  readonly code = 'cache_sequence_unusable';
  readonly definite = false;

  constructor(readonly sequence: unknown) {
    super(
      `A mutation must return the sequence after its commit, a non-negative whole number; got ${String(sequence)}. Caches were not invalidated.`,
    );
  }
}

/** A key that no cache could be told of. `definite`: found before anything was committed. */
export class UnusableCacheKeyError extends Error {
  override readonly name = 'UnusableCacheKeyError';
  readonly code = 'cache_key_unusable';

  constructor(
    readonly key: unknown,
    readonly definite: boolean,
  ) {
    super(
      `A cache key is collection/name with at most ${cacheKeyLengthMax} characters, got ${String(key).slice(0, 100)}. ` +
        (definite ? 'Nothing was committed.' : 'The change was committed; caches were not invalidated.'),
    );
  }
}
