import { Command, InvalidArgumentError } from 'commander';
import { parseProbabilities } from '../plan/probabilities.js';

/** What the command line asks for. */
export interface ClientArguments {
  readonly clients: number;
  readonly requests: number;
  readonly prob: readonly number[];
  /** One address of the store, or several: those of its frontends. */
  readonly url: readonly [string, ...string[]];
  readonly seed?: number;
  /** False when no files are wanted, undefined when the folder is not said. */
  readonly out?: string | false;
  readonly json?: boolean;
}

const clientsMax = 1_000;
const requestsMax = 1_000_000;
const seedMax = 0xffff_ffff;

export function clientProgram(run: (options: ClientArguments) => Promise<void>): Command {
  return new Command('toystore-client')
    .description(
      'Shopper sessions against a running toy store. Each client queries its orders before it leaves and compares them with its own record.',
    )
    .option(
      '--clients <count>',
      'sessions at the same time, each over one kept-alive connection',
      wholeNumber(1, clientsMax),
      5,
    )
    .option('--requests <count>', 'product queries of each session', wholeNumber(0, requestsMax), 20)
    .option(
      '--prob <share>',
      'share of the queries that are followed by an order: 0.2, or a sweep from..to:step like 0..1:0.2',
      probabilities,
      [0.2],
    )
    .option(
      '--url <urls>',
      "the store's address, or those of its frontends, separated by commas: clients take turns",
      storeUrls,
      ['http://127.0.0.1:8080'],
    )
    .option(
      '--seed <number>',
      'repeat the sessions of that seed (default: a fresh one, which the report names)',
      wholeNumber(0, seedMax),
    )
    .option(
      '--out <dir>',
      "folder for each client's order file (CSV) and journal; attempts that an earlier run left open there are settled first (default: a new folder in data/var/client)",
    )
    .option('--no-out', 'keep no files')
    .option('--json', 'print one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExit code: 0 when every order matches its record; 1 when one does not or has no outcome, or no store answers; 2 for a wrong command line.',
    )
    .showHelpAfterError('(see: --help)')
    .exitOverride()
    .action(run);
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}

function probabilities(text: string): readonly number[] {
  const probs = parseProbabilities(text);
  if (probs === undefined) throw new InvalidArgumentError('It must be a number from 0 to 1, or a sweep like 0..1:0.2.');
  return probs;
}

function storeUrls(text: string): readonly [string, ...string[]] {
  const [first = '', ...further] = text.split(',');
  return [storeUrl(first), ...further.map(storeUrl)];
}

function storeUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '') {
    throw new InvalidArgumentError('It must be an address like http://127.0.0.1:8080, without a path.');
  }
  return url.origin;
}
