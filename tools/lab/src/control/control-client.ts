import { request } from 'undici';
import { labCommandsPath } from '@toystore/contracts';
import { LabError, messageOf, type LabErrorCode } from '../lab-error.js';

import type { LabCommand } from './lab-command.js';
import { readLabFile, type LabFile } from './lab-file.js';

const answerMarginMs = 60_000;
const aliveLimitMs = 5_000;

/** Asks the lab that runs the store on `dataDir`. Its refusals arrive as the {@link LabError} they were there. */
export async function sendCommand(dataDir: string, command: LabCommand): Promise<unknown> {
  const lab = readLabFile(dataDir);
  if (lab === undefined)
    throw new LabError('no-store', `No store is running on ${dataDir}. Start one: npm start -- --data-dir ${dataDir}`);
  try {
    return await post(lab, command, answerMarginMs + (command.kind === 'verify' ? command.restWaitMs : 0));
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError(
      'no-store',
      `No store is running on ${dataDir}: its lab (pid ${lab.pid}) does not answer (${messageOf(error)}). Start one: npm start -- --data-dir ${dataDir}`,
      {
        definite: isConnectionRefused(error),
        cause: error,
      },
    );
  }
}

/** Whether the lab that wrote the file still runs. One that is there but too busy to answer counts as running. */
export async function isLabAlive(lab: LabFile): Promise<boolean> {
  try {
    await post(lab, { kind: 'status' }, aliveLimitMs);
    return true;
  } catch (error) {
    if (error instanceof LabError) return error.code !== 'no-store';
    return !isConnectionRefused(error);
  }
}

async function post(lab: LabFile, command: LabCommand, limitMs: number): Promise<unknown> {
  const { statusCode, body } = await request(`${lab.controlUrl}${labCommandsPath}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${lab.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(command),
    headersTimeout: limitMs,
    bodyTimeout: limitMs,
    reset: true,
  });
  const answer = (await body.json()) as { error?: { code: LabErrorCode; message: string } };
  if (statusCode === 200) return answer;
  // Another program may have been given the port of a lab that is gone.
  if (statusCode === 401 || answer.error === undefined)
    throw new LabError('no-store', `Another program answers at ${lab.controlUrl}; the lab (pid ${lab.pid}) is gone.`);
  throw new LabError(answer.error.code, answer.error.message, { definite: false });
}

function isConnectionRefused(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
}
