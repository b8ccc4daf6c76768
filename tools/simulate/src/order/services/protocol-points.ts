/**
 * Every point of an order's way at which a process can be hit, in the order of the way. `where` is the process that
 * is at the point.
 */
export const protocolPoints = [
  { name: 'order arrived at frontend', where: 'frontend' },
  { name: 'order arrived at leader', where: 'leader' },
  { name: 'intent not proposed', where: 'leader' },
  { name: 'intent proposed', where: 'leader' },
  { name: 'intent on one follower', where: 'follower' },
  { name: 'intent committed', where: 'leader' },
  { name: 'debit not sent', where: 'leader' },
  { name: 'debit arrived', where: 'catalog' },
  { name: 'debit not logged', where: 'catalog' },
  { name: 'debit logged', where: 'catalog' },
  { name: 'DELETE arrived', where: 'frontend' },
  { name: 'invalidation half done', where: 'catalog' },
  { name: 'invalidation done', where: 'catalog' },
  { name: 'debit answered', where: 'catalog' },
  { name: 'debit answer received', where: 'leader' },
  { name: 'outcome not proposed', where: 'leader' },
  { name: 'outcome proposed', where: 'leader' },
  { name: 'outcome on one follower', where: 'follower' },
  { name: 'outcome committed', where: 'leader' },
  { name: 'order answered', where: 'leader' },
  { name: 'answer received', where: 'frontend' },
  { name: 'shopper answered', where: 'frontend' },
  { name: 'term begins with open intents', where: 'leader' },
  { name: 'restock logged', where: 'catalog' },
  { name: 'snapshot taken', where: 'leader' },
] as const;

export type ProtocolPoint = (typeof protocolPoints)[number]['name'];

export type PointWatcher = (point: ProtocolPoint, at: string) => void;

/** Counts how often each point was reached, and lets a directed run act there. */
export class PointLog {
  readonly counts = new Map<ProtocolPoint, number>();
  /** Called at the point, in the process that is there, before it goes on. */
  watch: PointWatcher = () => undefined;

  reach(point: ProtocolPoint, at: string): void {
    this.counts.set(point, (this.counts.get(point) ?? 0) + 1);
    this.watch(point, at);
  }
}
