import { LabError, messageOf } from '../lab-error.js';

/** Where a command's answer goes: a person's text, or exactly one JSON document on stdout. */
export interface Output {
  readonly json: boolean;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

export function printAnswer(output: Output, answer: unknown, text: () => string): void {
  output.stdout(output.json ? JSON.stringify(answer) : text());
}

/** Prints a failure and returns the exit code: 2 when the command was wrong or is not offered, else 1. */
export function printFailure(output: Output, error: unknown): number {
  const message = messageOf(error);
  output.stderr(
    error instanceof LabError ? message : `Unexpected: ${error instanceof Error ? (error.stack ?? message) : message}`,
  );
  if (output.json)
    output.stdout(JSON.stringify({ error: { code: error instanceof LabError ? error.code : 'internal', message } }));
  return error instanceof LabError ? error.exitCode : 1;
}
