import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { type ProblemCode, ProblemDetails, problemTypes, problemTypeUri } from '@toystore/contracts';

/** Documents the error answers of a route: one response a status, naming every problem type that it may carry. */
export function ApiProblems(...codes: readonly ProblemCode[]): MethodDecorator & ClassDecorator {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = problemTypes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const responses = [...byStatus].map(([status, sameStatus]) =>
    ApiResponse({
      status,
      description: sameStatus.map((code) => `${problemTypes[code].title} (\`${problemTypeUri(code)}\`)`).join('; '),
      content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDetails) } } },
    }),
  );
  return applyDecorators(ApiExtraModels(ProblemDetails), ...responses);
}
