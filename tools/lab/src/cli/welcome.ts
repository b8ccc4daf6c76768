/** What is printed when the store is ready: its address and what to try next. */
export function welcome(store: { url: string; dataDir: string; standardPort: boolean; standardDataDir: boolean; faults: boolean }): string {
  const lab = (command: string): string => `npm run lab -- ${command}${store.standardDataDir ? '' : ` --data-dir ${store.dataDir}`}`;
  const client = `npm run client -- --clients 5 --requests 20 --prob 0.2${store.standardPort ? '' : ` --url ${store.url}`}`;
  const suggestions: readonly (readonly [string, string])[] = [
    [`curl ${store.url}/products`, 'what there is to buy'],
    [client, 'five shoppers, each checks its orders'],
    [lab('status'), 'one row a process'],
    [lab('kill leader'), 'orders go on without it'],
    [lab('start <name>'), 'bring it back; it catches up'],
    ...(store.faults ? ([[lab('cut order-3 order-2'), 'a network partition'], [lab('heal'), 'the end of it']] as const) : []),
    [lab('verify'), 'check every invariant'],
  ];
  const width = Math.max(...suggestions.map(([command]) => command.length));
  return [
    `The toy store is open: ${store.url}`,
    '',
    'To try, in another terminal:',
    ...suggestions.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`),
    '',
    `Logs: ${store.dataDir}/<name>/service.log. Ctrl-C stops everything.`,
  ].join('\n');
}
