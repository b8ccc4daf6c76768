import { CommanderError } from 'commander';
import { printFailure } from './cli/output.js';
import { labProgram } from './cli/program.js';
import { sendCommand } from './control/control-client.js';

const stdout = (text: string): void => void process.stdout.write(`${text}\n`);
const stderr = (text: string): void => void process.stderr.write(`${text}\n`);

const program = labProgram({
  send: sendCommand,
  // Loaded only here: the services' libraries take half a second that the other commands can do without.
  up: async (options) => (await import('./cli/up.js')).up({ ...options, say: stdout }),
  stdout,
  stderr,
  exitCode: (code) => (process.exitCode = code),
});

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed its own message; a mistake in the command line ends with 2, help with 0.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = printFailure({ json: process.argv.includes('--json'), stdout, stderr }, error);
}
