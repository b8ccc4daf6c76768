/** What faults lead to and schedules must have reached: a path that was never taken was not tested. */
export const storeEvents = [
  'disk refused a sync',
  'disk was full',
  'slow disk handed over',
  'way made for a priority',
  'priority took over',
  'store lost',
  'lost store replaced',
  'snapshot installed',
  'learner added',
  'member promoted',
  'member demoted',
  'member removed',
  'spare led',
  'key forgotten',
] as const;

export type StoreEvent = (typeof storeEvents)[number];
