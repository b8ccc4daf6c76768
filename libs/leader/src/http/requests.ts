import { BadRequestException } from '@nestjs/common';

/** Body of `POST /leader/nominations`: somebody outside the group believes that there is no leader. */
export interface Nomination {
  readonly group: string | undefined;
  /** The newest term the sender has seen. */
  readonly observedTerm: number;
  /** Who should campaign; the others forget the leader. */
  readonly nominee: string;
  /** The leader that is believed dead. */
  readonly suspect: string | undefined;
}

/** Body of `POST /leader/hints`: who leads, as the sender has found out. */
export interface LeaderHint {
  readonly group: string | undefined;
  readonly term: number;
  readonly leader: string;
}

/** Body of `POST /leader/transfers`. */
export interface TransferOrder {
  readonly group: string | undefined;
  readonly to: string | undefined;
}

/** Body of `POST /leader/members`. */
export interface MemberChange {
  readonly group: string | undefined;
  readonly change: 'addLearner' | 'promote' | 'demote' | 'remove';
  readonly id: string;
  /** Of a new member; nothing for the other changes. */
  readonly url: string | undefined;
  readonly priority: number | undefined;
}

type Fields = Readonly<Record<string, 'term' | 'optionalTerm' | 'name' | 'optionalName'>>;

export function parseNomination(body: unknown): Nomination {
  return parse<Nomination>(body, {
    group: 'optionalName',
    observedTerm: 'term',
    nominee: 'name',
    suspect: 'optionalName',
  });
}

export function parseLeaderHint(body: unknown): LeaderHint {
  return parse<LeaderHint>(body, { group: 'optionalName', term: 'term', leader: 'name' });
}

export function parseTransferOrder(body: unknown): TransferOrder {
  return parse<TransferOrder>(body ?? {}, { group: 'optionalName', to: 'optionalName' });
}

const changes = ['addLearner', 'promote', 'demote', 'remove'];

export function parseMemberChange(body: unknown): MemberChange {
  const parsed = parse<MemberChange>(body, {
    group: 'optionalName',
    change: 'name',
    id: 'name',
    url: 'optionalName',
    priority: 'optionalTerm',
  });
  const { change, url, priority } = parsed;
  if (!changes.includes(change)) throw badRequest([`change: one of ${changes.join(', ')} is needed`]);
  const isNew = change === 'addLearner';
  if (isNew !== (url !== undefined) || isNew !== (priority !== undefined))
    throw badRequest([
      isNew ? 'url and priority: a new member needs them' : 'url and priority: only a new member has them',
    ]);
  return parsed;
}

// By hand: four tiny bodies do not need a validation library, and these routes must not be slow under a flood.
function parse<T>(body: unknown, fields: Fields): T {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequest(['the body must be a JSON object']);
  const values = body as Record<string, unknown>;
  const problems = Object.keys(values)
    .filter((name) => !Object.hasOwn(fields, name))
    .map((name) => `${name}: unknown property`);
  for (const [name, kind] of Object.entries(fields)) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (kind === 'term' && !(Number.isSafeInteger(value) && (value as number) >= 0))
      problems.push(`${name}: a non-negative integer is needed`);
    if (kind === 'optionalTerm' && value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 0))
      problems.push(`${name}: a non-negative integer is needed, or nothing`);
    if (kind === 'name' && !isName(value)) problems.push(`${name}: a string of 1–128 characters is needed`);
    if (kind === 'optionalName' && value !== undefined && !isName(value))
      problems.push(`${name}: a string of 1–128 characters is needed, or nothing`);
  }
  if (problems.length > 0) throw badRequest(problems);
  return Object.fromEntries(Object.keys(fields).map((name) => [name, values[name]])) as T;
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.length >= 1 && value.length <= 128;
}

/** An RFC 9457 body; nothing was done. */
export function badRequest(problems: readonly string[]): BadRequestException {
  return new BadRequestException({
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    detail: problems.join('; '),
  });
}
