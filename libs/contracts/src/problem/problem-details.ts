import { IntegerProperty, ListProperty, MessageProperty, TextProperty } from '../validation/property.js';

import { type ProblemCode, problemTypes, problemTypeUri } from './problem-types.js';

/** One thing that is wrong with a message: a JSON pointer (RFC 6901) into it and what the value must be instead. */
export class FieldProblem {
  @TextProperty({
    lengthMin: 0,
    lengthMax: 1024,
    example: '/quantity',
    description: 'JSON pointer into the body; empty for the body as a whole',
  })
  pointer!: string;

  @TextProperty({ lengthMax: 1024, example: 'must be a whole number from 1 to 100000' })
  detail!: string;
}

/** The error form of clients that are older than problem details. */
export class ErrorSummary {
  @IntegerProperty({ min: 400, max: 599, example: 404, description: 'the HTTP status' })
  code!: number;

  @TextProperty({ lengthMax: 4096, example: "There is no product 'tuxx'." })
  message!: string;
}

/** Every error body: RFC 9457 problem details that also carry the older `error` form. */
export class ProblemDetails {
  @TextProperty({ lengthMax: 128, example: 'urn:toystore:problem:unknown-product' })
  type!: string;

  @TextProperty({ lengthMax: 128, example: 'There is no such product' })
  title!: string;

  @IntegerProperty({ min: 400, max: 599, example: 404 })
  status!: number;

  @TextProperty({ lengthMax: 4096, example: "There is no product 'tuxx'." })
  detail!: string;

  @TextProperty({
    lengthMax: 4096,
    optional: true,
    example: '/products/tuxx',
    description: 'the path that was asked for',
  })
  instance?: string;

  @ListProperty(FieldProblem, { countMax: 50, optional: true, description: 'what is wrong with the body' })
  errors?: readonly FieldProblem[];

  @MessageProperty(ErrorSummary)
  error!: ErrorSummary;
}

/** Members beyond the standard ones, such as `leader` and `term` of a 421. */
export type ProblemExtensions = Readonly<Record<string, unknown>>;

/**
 * Builds the body of an error answer. `status` is given only where one type serves several statuses (an HTTP error
 * without a type of its own). Extensions never override a standard member.
 */
export function problemDetails(
  code: ProblemCode,
  detail: string,
  more: { instance?: string; status?: number; title?: string; extensions?: ProblemExtensions } = {},
): ProblemDetails {
  const known = problemTypes[code];
  const status = more.status ?? known.status;
  return {
    ...more.extensions,
    type: problemTypeUri(code),
    title: more.title ?? known.title,
    status,
    detail,
    ...(more.instance === undefined ? undefined : { instance: more.instance }),
    error: { code: status, message: detail },
  };
}
