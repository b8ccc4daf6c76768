import type { ExplainReport, FrontendExplanation } from '../observation/explain-product.js';

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
      const { name, wouldServe, version, ageMs, leaseRemainingMs, because } = explanation;
      const held =
        version === null ? 'nothing held' : `version ${version}${ageMs === null ? '' : `, ${seconds(ageMs)} old`}`;
      const lease = leaseRemainingMs > 0 ? `lease for another ${seconds(leaseRemainingMs)}` : 'no lease';
      return `${name}: ${wouldServe}, ${held}, ${lease}.\n  ${because}`;
    }
  }
}
