import { HttpException } from '@nestjs/common';
import { LeaderError } from '../errors/leader-errors.js';
import { leaderErrorStatus } from '../errors/leader-error-status.js';

/** An RFC 9457 body for this package's errors; others stay what they are. */
export function toHttp(error: unknown): unknown {
  if (!(error instanceof LeaderError)) return error;
  const status = leaderErrorStatus(error);
  const { name, message, code, definite } = error;
  const leader = 'leader' in error ? { leader: error.leader ?? null } : {};
  return new HttpException(
    { type: 'about:blank', title: name, status, detail: message, code, definite, ...leader },
    status,
    { cause: error },
  );
}
