import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { type ProblemCode, problemTypes, problemTypeUri } from './problem-types.js';

/** One thing that is wrong with a message: a JSON pointer (RFC 6901) into it and what the value must be instead. */
export class FieldProblem {
  @ApiProperty({ example: '/quantity', description: 'JSON pointer into the body; empty for the body as a whole' })
  pointer!: string;

  @ApiProperty({ example: 'must be a whole number from 1 to 100000' })
  detail!: string;
}

/** The error form of clients that are older than problem details. */
export class ErrorSummary {
  @ApiProperty({ example: 404, description: 'the HTTP status' })
  code!: number;

  @ApiProperty({ example: "There is no product 'tuxx'." })
  message!: string;
}

/** Every error body: RFC 9457 problem details that also carry the older `error` form. */
export class ProblemDetails {
  @ApiProperty({ example: 'urn:toystore:problem:unknown-product' })
  type!: string;

  @ApiProperty({ example: 'There is no such product' })
  title!: string;

  @ApiProperty({ example: 404 })
  status!: number;

  @ApiProperty({ example: "There is no product 'tuxx'." })
  detail!: string;

  @ApiPropertyOptional({ example: '/products/tuxx', description: 'the path that was asked for' })
  instance?: string;

  @ApiPropertyOptional({ type: [FieldProblem], description: 'what is wrong with the body, all of it' })
  errors?: readonly FieldProblem[];

  @ApiProperty({ type: ErrorSummary })
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
