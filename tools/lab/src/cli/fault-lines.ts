import type { FaultedProcess } from '../faults/process-faults.js';

/** What a process suffers, for a person. */
export function faultLines({ name, pid, faults }: FaultedProcess): string {
  const armed = faults.armed.map((fault) => `  ${Object.values(fault).join(' ')}`);
  const done = [
    ...faults.passages.filter(({ count }) => count > 0).map(({ point, count }) => `${count} × ${point}`),
    ...(faults.blocks > 0 ? [`blocked ${faults.blocks} times`] : []),
    ...(faults.refusedWrites > 0 ? [`${faults.refusedWrites} writes found no space`] : []),
    ...(faults.failedSyncs > 0 ? [`${faults.failedSyncs} syncs failed`] : []),
    ...(faults.delayedSyncs > 0 ? [`${faults.delayedSyncs} syncs were slower`] : []),
    ...(faults.unsyncedBytes > 0 ? [`${faults.unsyncedBytes} bytes would be lost now`] : []),
  ];
  return [
    armed.length === 0 ? `${name} (pid ${pid}): nothing is armed.` : `${name} (pid ${pid}), armed:`,
    ...armed,
    `  so far: ${done.length === 0 ? 'nothing' : done.join(', ')}`,
    ...(armed.length === 0 ? [] : [`To end it: npm run lab -- fault ${name} clear`]),
  ].join('\n');
}
