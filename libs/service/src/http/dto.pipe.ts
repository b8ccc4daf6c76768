import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { isMessageClass, type MessageClass, parseDto } from '@toystore/contracts';

import { ProblemError } from '../problem/problem-error.js';

/**
 * The global pipe of every service app: a `@Body()` whose declared type is a message class of the contracts is parsed
 * with `parseDto`; everything else passes as it is. Import the class as a value: an `import type` erases it (and does
 * not compile in a decorated signature).
 */
export class DtoPipe implements PipeTransform {
  transform(value: unknown, { type, metatype, data }: ArgumentMetadata): unknown {
    if (type !== 'body' || data !== undefined || metatype === undefined || !isMessageClass(metatype)) return value;
    return parseBody(metatype as MessageClass, value);
  }
}

/** Reads a body as a message, or throws the 400 that lists everything that is wrong with it. */
export function parseBody<T extends object>(type: MessageClass<T>, value: unknown): T {
  const parsed = parseDto(type, value);
  if (parsed.ok) return parsed.value;
  const list = parsed.problems.map(({ pointer, detail }) =>
    pointer === '' ? `The body ${detail}` : `${pointer.slice(1)} ${detail}`,
  );
  throw new ProblemError('validation-failed', `${list.join('; ')}.`, { errors: parsed.problems });
}
