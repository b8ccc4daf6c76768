/** What is printed when the store is ready: where each frontend listens and what to try next. */
export function welcome(store: {
  urls: readonly [string, ...string[]];
  /** With the token for the buttons; none where the page is turned off. */
  pageUrls: readonly string[];
  dataDir: string;
  standardPort: boolean;
  standardDataDir: boolean;
  faults: boolean;
}): string {
  const lab = (command: string): string =>
    `npm run lab -- ${command}${store.standardDataDir ? '' : ` --data-dir ${store.dataDir}`}`;
  const { urls } = store;
  const [url] = urls;
  const urlOption = store.standardPort && urls.length === 1 ? '' : ` --url ${urls.join(',')}`;
  const client = `npm run client -- --clients 5 --requests 20 --prob 0.2${urlOption}`;
  const suggestions: readonly (readonly [string, string])[] = [
    [`curl ${url}/products`, 'what there is to buy'],
    [client, 'five shoppers, each checks its orders'],
    [lab('status'), 'one row a process'],
    [lab('kill leader'), 'orders go on without it'],
    [lab('start <name>'), 'bring it back; it catches up'],
    ...(store.faults
      ? ([
          [lab('cut order-3 order-2'), 'a network partition'],
          [lab('heal'), 'the end of it'],
          [lab('fault leader kill --at before-reply'), 'it dies with an order applied and not answered'],
        ] as const)
      : []),
    [lab('verify'), 'check every invariant'],
  ];
  const width = Math.max(...suggestions.map(([command]) => command.length));
  return [
    `The toy store is open: ${urls.join(' ')}`,
    ...store.pageUrls.map((pageUrl) => `Watch it, and kill what you like: ${pageUrl}`),
    '',
    'To try, in another terminal:',
    ...suggestions.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`),
    '',
    `Logs: ${store.dataDir}/<name>/service.log. Ctrl-C stops everything.`,
  ].join('\n');
}
