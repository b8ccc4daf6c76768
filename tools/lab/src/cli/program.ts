import { Command, InvalidArgumentError } from 'commander';
import { readFileSync } from 'node:fs';
import { sendCommand } from '../control/control-client.js';
import type { LabCommand } from '../control/lab-command.js';
import type { FaultedProcess } from '../faults/process-faults.js';
import { LabError } from '../lab-error.js';
import type { CutReport } from '../network/fault-network.js';
import type { ProcessPair } from '../network/link-table.js';
import type { ExplainReport } from '../observation/explain-product.js';
import type { StatusReport } from '../observation/status-report.js';
import { parseSignal } from '../supervision/kill-signal.js';
import type { NamedProcess } from '../supervision/supervisor.js';
import { parseOrderRecords } from '../verification/acknowledged-orders.js';
import type { VerifyReport } from '../verification/verify-report.js';
import { restWaitMsDefault } from '../verification/verify-store.js';
import { defaultDataDir, defaultPort } from './defaults.js';
import { faultLines } from './fault-lines.js';
import { printAnswer } from './output.js';
import { cutLines, statusTable, verifyTables } from './tables.js';
import { explanationLines } from './explanation-lines.js';

interface ClientOptions {
  readonly dataDir: string;
  readonly json?: boolean;
}

interface FaultSettings {
  readonly at?: string;
  readonly hit?: number;
  readonly ms?: number;
  readonly bytes?: number;
}

const faultHelp = `
Kinds:
  show           what is armed, and what it has done (default)
  clear          end every fault that is armed there
  kill           die (SIGKILL) --at before-send, before-commit, after-intent-commit, after-debit-answer,
                 before-reply, after-reply or before-sync, at the --hit'th passage
  block          stop the event loop for --ms
  lose-unsynced  keep writes in memory until they are synced, so that a kill loses them
  disk-full      refuse writes with ENOSPC after --bytes
  sync-error     refuse syncs with EIO
  slow-sync      let every sync take --ms longer`;

/** What the command line acts through; a test passes fakes. */
export interface ProgramPorts {
  readonly send: typeof sendCommand;
  readonly up: (options: { port: number; dataDir: string; faults: boolean; frontends: number }) => Promise<void>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Told the code to exit with when it is not 0. */
  readonly exitCode: (code: number) => void;
}

/** The `lab` command line. Refusals are thrown as {@link LabError}. */
export function labProgram(ports: ProgramPorts): Command {
  const program = new Command('lab')
    .description('Starts, supervises, kills, pauses and verifies the processes of a local toy store.')
    .showHelpAfterError('(see: npm run lab -- --help)')
    .exitOverride();

  program
    .command('up')
    .description('start the store and stay up until Ctrl-C (npm start)')
    .option('--port <port>', "the first frontend's port P; the others are P+1 to P+13", wholeNumber, defaultPort)
    .option('--frontends <count>', 'how many frontends, 1 to 5; the second is on P+3, the third on P+5', wholeNumber, 1)
    .option('--data-dir <dir>', "folder for the processes' state and logs", defaultDataDir)
    .option('--faults', 'let cut and heal act on the network between processes, and fault on the processes')
    .action(
      async ({
        port,
        dataDir,
        faults,
        frontends,
      }: {
        port: number;
        dataDir: string;
        faults?: boolean;
        frontends: number;
      }) => {
        await ports.up({ port, dataDir, faults: faults === true, frontends });
      },
    );

  const print = <T>(options: ClientOptions, answer: T, text: (answer: T) => string): void =>
    printAnswer({ json: options.json === true, stdout: ports.stdout, stderr: ports.stderr }, answer, () =>
      text(answer),
    );
  const ask = async <T>(options: ClientOptions, command: LabCommand, text: (answer: T) => string): Promise<void> =>
    print(options, (await ports.send(options.dataDir, command)) as T, text);
  const asking = (nameAndArguments: string, description: string): Command =>
    program
      .command(nameAndArguments)
      .description(description)
      .option('--data-dir <dir>', 'the data folder of the running store', defaultDataDir)
      .option('--json', 'print one JSON document on stdout');

  asking('status', 'one row a process').action((options: ClientOptions) =>
    ask<StatusReport>(options, { kind: 'status' }, statusTable),
  );
  asking('explain <product>', "why a request for a product would be a hit or not at every frontend's cache").action(
    (product: string, options: ClientOptions) =>
      ask<ExplainReport>(options, { kind: 'explain', product }, explanationLines),
  );
  asking('kill <name>', "end a process, or 'leader'; it stays dead until start")
    .option('--signal <signal>', 'the signal to send', 'KILL')
    .action((name: string, options: ClientOptions & { signal: string }) => {
      const signal = parseSignal(options.signal);
      return ask<NamedProcess>(
        options,
        { kind: 'kill', name, signal },
        ({ name, pid }) => `${name} (pid ${pid}) was sent ${signal}. To start it again: npm run lab -- start ${name}`,
      );
    });
  asking('start <name>', 'start a dead process').action((name: string, options: ClientOptions) =>
    ask<NamedProcess>(options, { kind: 'start', name }, ({ name, pid }) => `${name} was started (pid ${pid}).`),
  );
  asking('pause <name>', "stop a process, or 'leader', in its tracks (SIGSTOP)").action(
    (name: string, options: ClientOptions) =>
      ask<NamedProcess>(
        options,
        { kind: 'pause', name },
        ({ name, pid }) => `${name} (pid ${pid}) is paused. To let it run again: npm run lab -- resume ${name}`,
      ),
  );
  asking('resume <name>', 'let a paused process run again').action((name: string, options: ClientOptions) =>
    ask<NamedProcess>(options, { kind: 'resume', name }, ({ name, pid }) => `${name} (pid ${pid}) runs again.`),
  );
  asking('cut <a> <b>', "cut the network between two processes, or 'leader' and one; for a store started with --faults")
    .option('--one-way', 'lose only what a sends to b, be it requests or answers')
    .option('--refuse', 'reset and refuse connections instead of letting them hang')
    .action((a: string, b: string, options: ClientOptions & { oneWay?: boolean; refuse?: boolean }) =>
      ask<CutReport>(
        options,
        { kind: 'cut', a, b, oneWay: options.oneWay === true, refuse: options.refuse === true },
        cutLines,
      ),
    );
  asking(
    'fault <name> [kind]',
    "make an order replica, 'leader' or the catalog suffer; for a store started with --faults",
  )
    .addHelpText('after', faultHelp)
    .option('--at <point>', 'kill: where the process dies')
    .option('--hit <n>', 'kill: at which passage from now (default 1)', wholeNumber)
    .option('--ms <n>', 'block, slow-sync: for how long', wholeNumber)
    .option('--bytes <n>', 'disk-full: how much still fits (default 0)', wholeNumber)
    .action((name: string, kind: string | undefined, options: ClientOptions & FaultSettings) => {
      const { at, hit, ms, bytes } = options;
      return ask<FaultedProcess>(
        options,
        { kind: 'fault', name, order: { kind: kind ?? 'show', at, hit, ms, bytes } },
        faultLines,
      );
    });
  asking('heal [a] [b]', 'undo the cut between two processes, or every cut').action(
    (a: string | undefined, b: string | undefined, options: ClientOptions) =>
      ask<CutReport>(options, { kind: 'heal', ...pairOf(a, b) }, cutLines),
  );
  asking('verify', 'wait until the store is at rest and check every invariant; exit code 1 when one is broken')
    .option('--orders <files...>', "clients' order files: every acknowledged order must exist")
    .option('--wait <ms>', 'how long to wait for the store to come to rest', wholeNumber, restWaitMsDefault)
    .action(async (options: ClientOptions & { orders?: string[]; wait: number }) => {
      const acknowledged = (options.orders ?? []).flatMap((file) => parseOrderRecords(readOrderFile(file), file));
      const report = (await ports.send(options.dataDir, {
        kind: 'verify',
        restWaitMs: options.wait,
        acknowledged,
      })) as VerifyReport;
      print(options, report, verifyTables);
      if (!report.ok) ports.exitCode(1);
    });
  asking('down', 'stop the store, as Ctrl-C in its terminal does').action((options: ClientOptions) =>
    ask<{ pid: number }>(options, { kind: 'down' }, ({ pid }) => `The store is being stopped (lab pid ${pid}).`),
  );
  return program;
}

function pairOf(a: string | undefined, b: string | undefined): { pair?: ProcessPair } {
  if (a === undefined) return {};
  if (b === undefined)
    throw new LabError(
      'invalid-command',
      `Name both processes of the cut: npm run lab -- heal ${a} <b>. Or none, to heal every cut.`,
    );
  return { pair: { a, b } };
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function readOrderFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new LabError('invalid-command', `The order file ${file} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}
