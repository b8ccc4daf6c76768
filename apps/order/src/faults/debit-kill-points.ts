import { catalogRoutes, type HttpTransport } from '@toystore/contracts';
import type { FaultBoard } from '@toystore/service';
import { withMethods } from './with-methods.js';

/** The points `after-intent-commit` and `after-debit-answer`: only committed intents are ever sent to the catalog. */
export function withDebitKillPoints(real: HttpTransport, board: FaultBoard): HttpTransport {
  return withMethods(real, {
    request: async (call) => {
      if (call.method !== 'POST' || call.path !== catalogRoutes.debits) return real.request(call);
      board.pass('after-intent-commit', 'the catalog was not asked');
      const answer = await real.request(call);
      if (answer.status === 200) board.pass('after-debit-answer', `${answer.body.length} bytes of results are lost`);
      return answer;
    },
  });
}
