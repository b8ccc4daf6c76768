import { isUtf8 } from 'node:buffer';

import { ProblemError } from '../problem/problem-error.js';

import { type JsonFinding, scanJson } from './json-scan.js';

/** Parses a body as JSON under the rules of `scanJson`, or throws the problem to answer with. */
export function readJson(body: Buffer, depthMax: number): unknown {
  if (!isUtf8(body)) throw new ProblemError('malformed-json', 'The body is not valid UTF-8.');
  const text = body.toString('utf8');
  const finding = scanJson(text, depthMax);
  if (finding !== undefined) throw new ProblemError('malformed-json', explain(finding));
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own message quotes the body, which may hold anything.
    throw new ProblemError('malformed-json', body.length === 0 ? 'The body is empty.' : 'The body is not valid JSON.', {
      cause,
    });
  }
}

function explain(finding: JsonFinding): string {
  switch (finding.kind) {
    case 'too_deep':
      return `The body is nested deeper than ${finding.depthMax} levels.`;
    case 'duplicate_property':
      return 'The body has a property twice.';
    case 'forbidden_property':
      return `The body has a property '${finding.name}', which may not be sent.`;
  }
}
