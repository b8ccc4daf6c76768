import { Command, InvalidArgumentError, Option } from 'commander';
import { readFileSync } from 'node:fs';
import { sendCommand } from '../control/control-client.js';
import type { LabCommand } from '../control/lab-command.js';
import { LabError } from '../lab-error.js';
import type { StatusReport } from '../observation/status-report.js';
import { parseSignal } from '../supervision/kill-signal.js';
import type { NamedProcess } from '../supervision/supervisor.js';
import { parseOrderRecords } from '../verification/acknowledged-orders.js';
import type { VerifyReport } from '../verification/verify-report.js';
import { restWaitMsDefault } from '../verification/verify-store.js';
import { defaultDataDir, defaultPort } from './defaults.js';
import { printAnswer } from './output.js';
import { statusTable, verifyTables } from './tables.js';

interface ClientOptions {
  readonly dataDir: string;
  readonly json?: boolean;
}

/** What the command line acts through; a test passes fakes. */
export interface ProgramPorts {
  readonly send: typeof sendCommand;
  readonly up: (options: { port: number; dataDir: string }) => Promise<void>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Told the code to exit with when it is not 0. */
  readonly exitCode: (code: number) => void;
}

const networkFaults =
  'Network faults between processes (--faults, cut, heal) arrive in a later version. This one can kill, start, pause and resume: npm run lab -- --help';

/** The `lab` command line. Refusals are thrown as {@link LabError}. */
export function labProgram(ports: ProgramPorts): Command {
  const program = new Command('lab')
    .description('Starts, supervises, kills, pauses and verifies the processes of a local toy store.')
    .showHelpAfterError('(see: npm run lab -- --help)')
    .exitOverride();

  program
    .command('up')
    .description('start the store and stay up until Ctrl-C (npm start)')
    .option('--port <port>', "the frontend's port P; the others are P+1, P+2, P+11 to P+13", wholeNumber, defaultPort)
    .option('--data-dir <dir>', "folder for the processes' state and logs", defaultDataDir)
    .option('--faults', 'route calls between processes through proxies that can be cut (not in this version)')
    .action(async ({ port, dataDir, faults }: { port: number; dataDir: string; faults?: boolean }) => {
      if (faults === true) throw new LabError('not-available', networkFaults);
      await ports.up({ port, dataDir });
    });

  const print = <T>(options: ClientOptions, answer: T, text: (answer: T) => string): void =>
    printAnswer({ json: options.json === true, stdout: ports.stdout, stderr: ports.stderr }, answer, () => text(answer));
  const ask = async <T>(options: ClientOptions, command: LabCommand, text: (answer: T) => string): Promise<void> =>
    print(options, (await ports.send(options.dataDir, command)) as T, text);
  const asking = (nameAndArguments: string, description: string): Command =>
    program
      .command(nameAndArguments)
      .description(description)
      .option('--data-dir <dir>', 'the data folder of the running store', defaultDataDir)
      .option('--json', 'print one JSON document on stdout');

  asking('status', 'one row a process').action((options: ClientOptions) => ask<StatusReport>(options, { kind: 'status' }, statusTable));
  asking('kill <name>', "end a process, or 'leader'; it stays dead until start")
    .option('--signal <signal>', 'the signal to send', 'KILL')
    .action((name: string, options: ClientOptions & { signal: string }) => {
      const signal = parseSignal(options.signal);
      return ask<NamedProcess>(options, { kind: 'kill', name, signal }, ({ name, pid }) => `${name} (pid ${pid}) was sent ${signal}. To start it again: npm run lab -- start ${name}`);
    });
  asking('start <name>', 'start a dead process').action((name: string, options: ClientOptions) =>
    ask<NamedProcess>(options, { kind: 'start', name }, ({ name, pid }) => `${name} was started (pid ${pid}).`),
  );
  asking('pause <name>', "stop a process, or 'leader', in its tracks (SIGSTOP)").action((name: string, options: ClientOptions) =>
    ask<NamedProcess>(options, { kind: 'pause', name }, ({ name, pid }) => `${name} (pid ${pid}) is paused. To let it run again: npm run lab -- resume ${name}`),
  );
  asking('resume <name>', 'let a paused process run again').action((name: string, options: ClientOptions) =>
    ask<NamedProcess>(options, { kind: 'resume', name }, ({ name, pid }) => `${name} (pid ${pid}) runs again.`),
  );
  asking('verify', 'wait until the store is at rest and check every invariant; exit code 1 when one is broken')
    .option('--orders <files...>', "clients' order files: every acknowledged order must exist")
    .option('--wait <ms>', 'how long to wait for the store to come to rest', wholeNumber, restWaitMsDefault)
    .action(async (options: ClientOptions & { orders?: string[]; wait: number }) => {
      const acknowledged = (options.orders ?? []).flatMap((file) => parseOrderRecords(readOrderFile(file), file));
      const report = (await ports.send(options.dataDir, { kind: 'verify', restWaitMs: options.wait, acknowledged })) as VerifyReport;
      print(options, report, verifyTables);
      if (!report.ok) ports.exitCode(1);
    });
  asking('down', 'stop the store, as Ctrl-C in its terminal does').action((options: ClientOptions) =>
    ask<{ pid: number }>(options, { kind: 'down' }, ({ pid }) => `The store is being stopped (lab pid ${pid}).`),
  );
  const refuse = (): never => {
    throw new LabError('not-available', networkFaults);
  };
  asking('cut <a> <b>', 'cut the network between two processes (not in this version)').addOption(new Option('--one-way', 'only from a to b')).action(refuse);
  asking('heal', 'undo every cut (not in this version)').action(refuse);
  return program;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function readOrderFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new LabError('invalid-command', `The order file ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
