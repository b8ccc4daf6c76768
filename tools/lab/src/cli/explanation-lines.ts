import type { ExplainReport, FrontendExplanation, PastRequests } from '../observation/explain-product.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** How the caches stand to a product, for a person. */
export function explanationLines({ frontends }: ExplainReport): string {
  return frontends.map(explanationLine).join('\n');
}

function explanationLine(explanation: FrontendExplanation): string {
  switch (explanation.kind) {
    case 'silent':
      return `${explanation.name}: ${explanation.why}`;
    case 'explained': {
      const { name, wouldServe, version, ageMs, leaseRemainingMs, because, pastRequests } = explanation;
      const held =
        version === null ? 'nothing held' : `version ${version}${ageMs === null ? '' : `, ${seconds(ageMs)} old`}`;
      const lease = leaseRemainingMs > 0 ? `lease for another ${seconds(leaseRemainingMs)}` : 'no lease';
      const answer = `${name}: ${wouldServe}, ${held}, ${lease}.\n  ${because}`;
      return [answer, ...pastRequests.map(pastLine)].join('\n');
    }
  }
}

function pastLine({ outcome, because, count, lastAgoMs }: PastRequests): string {
  return `  so far ${count} ${outcome}${count === 1 ? '' : pluralEnding(outcome)}, last ${seconds(lastAgoMs)} ago: ${because}`;
}

function pluralEnding(word: string): string {
  return word.endsWith('s') ? 'es' : 's';
}
