import { SingleBar } from 'cli-progress';

/** Shows how many visits are done; on anything but a terminal it shows nothing. */
export interface Progress {
  advance(): void;
  stop(): void;
}

export function openProgress({ total, visible }: { total: number; visible: boolean }): Progress {
  if (!visible) return { advance: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    stream: process.stderr,
    format: '{bar} {value}/{total} visits, {duration_formatted}',
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(total, 0);
  return { advance: () => bar.increment(), stop: () => bar.stop() };
}
