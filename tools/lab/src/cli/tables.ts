import Table from 'cli-table3';
import type { CutReport } from '../network/fault-network.js';
import type { StatusReport } from '../observation/status-report.js';
import type { VerifyReport } from '../verification/verify-report.js';

const hashDigitsShown = 12;

const cell = (value: string | number | null): string => (value === null ? '–' : String(value));
const short = (hash: string | null): string => (hash === null ? '–' : hash.slice(0, hashDigitsShown));

function table(head: readonly string[], rows: readonly (readonly string[])[], numbersFrom: number): string {
  const drawn = new Table({
    head: [...head],
    style: { head: [], border: [] },
    // Without the lines between rows.
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    colAligns: head.map((_, column) => (column < numbersFrom ? 'left' : 'right')),
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString();
}

export function statusTable({ leader, services, cut }: StatusReport): string {
  const rows = services.map((service) => [
    service.name === leader ? `${service.name} *` : service.name,
    service.state,
    cell(service.role),
    cell(service.pid),
    cell(service.term),
    cell(service.lastLogIndex),
    cell(service.commitIndex),
    cell(service.appliedIndex),
    cell(service.orders),
    short(service.hash),
    service.url,
  ]);
  const drawn = table(
    ['name', 'state', 'role', 'pid', 'term', 'log', 'commit', 'applied', 'orders', 'hash', 'url'],
    rows,
    3,
  );
  return `${drawn}\n${leader === null ? 'No order replica leads right now.' : `* leads the order group`}${cut.length === 0 ? '' : `\n${cutLines({ cut })}`}`;
}

export function cutLines({ cut }: CutReport): string {
  if (cut.length === 0) return 'Nothing is cut.';
  const lines = cut.map(
    ({ a, b, oneWay, refuse }) =>
      `Cut: ${a} ${oneWay ? '-->' : '<->'} ${b}, ${refuse ? 'connections are refused' : 'bytes do not arrive'}.`,
  );
  return [...lines, 'To heal every cut: npm run lab -- heal'].join('\n');
}

export function verifyTables({ ok, orders, replicas, products, violations }: VerifyReport): string {
  const stock = table(
    ['product', 'initial', 'restocked', 'sold', 'current', 'ok'],
    products.map((product) => [
      product.name,
      cell(product.initial),
      cell(product.restocked),
      cell(product.sold),
      cell(product.current),
      product.ok ? 'yes' : 'NO',
    ]),
    1,
  );
  const copies = table(
    ['replica', 'applied', 'hash'],
    replicas.map(({ name, appliedIndex, hash }) => [name, cell(appliedIndex), short(hash)]),
    1,
  );
  const verdict = ok
    ? `Every invariant holds: ${orders} orders on ${replicas.length} replicas.`
    : `${violations.length} broken:\n${violations.map(({ invariant, subject, detail }) => `  ${invariant}, ${subject}: ${detail}`).join('\n')}`;
  return `${stock}\n${copies}\n${verdict}`;
}
