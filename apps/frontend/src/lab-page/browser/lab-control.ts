import type { MemberAnswer } from '@toystore/contracts';

/** What the page can have done to a process. */
export const processCommands = ['kill', 'pause', 'resume', 'start'] as const;
export type ProcessCommand = (typeof processCommands)[number];

/** How to reach the lab that supervises the store on this machine. */
export interface LabAccess {
  readonly url: string;
  readonly token: string;
}

export type CommandAnswer =
  | { readonly kind: 'done'; readonly pid: number }
  /** Nothing was changed. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unanswered' };

const accessForm = /^#lab=(\d{1,5}),([\w-]{16,128})$/;
/** A process that has to be killed is waited for. */
const timeoutMs = 15_000;

/** Reads a fragment `#lab=<port>,<token>`. The host is always this machine: a link can point the page nowhere else. */
export function parseLabAccess(fragment: string): LabAccess | undefined {
  const [, port, token] = accessForm.exec(fragment) ?? [];
  return port === undefined || token === undefined ? undefined : { url: `http://127.0.0.1:${port}/commands`, token };
}

/** What makes sense for a process that answers like this. */
export function commandsFor(answer: MemberAnswer): readonly ProcessCommand[] {
  switch (answer) {
    case 'status':
      return ['kill', 'pause'];
    case 'silent':
      // Paused, or dead behind a cut: the lab knows, and refuses what makes no sense.
      return ['resume', 'kill', 'start'];
    case 'gone':
      return ['start'];
  }
}

/** Whether there is a lab, and it knows the token. */
export async function isLab(access: LabAccess): Promise<boolean> {
  return (await post(access, { kind: 'status' }))?.status === 200;
}

/** Has the lab carry out a command. Never rejects. */
export async function command(access: LabAccess, kind: ProcessCommand, name: string): Promise<CommandAnswer> {
  const answer = await post(access, kind === 'kill' ? { kind, name, signal: 'KILL' } : { kind, name });
  const body = await (answer?.json() as Promise<{ pid?: number; error?: { message: string } }> | undefined)?.catch(
    () => undefined,
  );
  // 401: another lab has been started since.
  if (answer?.status === 409 && body?.error) return { kind: 'refused', why: body.error.message };
  return answer?.status === 200 && body?.pid !== undefined ? { kind: 'done', pid: body.pid } : { kind: 'unanswered' };
}

/** Undefined when nobody answers. */
async function post({ url, token }: LabAccess, body: object): Promise<Response | undefined> {
  return fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch(() => undefined);
}

const done: Readonly<Record<ProcessCommand, string>> = {
  kill: 'was killed (SIGKILL)',
  pause: 'was paused (SIGSTOP)',
  resume: 'was let run again (SIGCONT)',
  start: 'was started',
};

export function commandWords(kind: ProcessCommand, name: string, answer: CommandAnswer): string {
  switch (answer.kind) {
    case 'done':
      return `You: ${name} (pid ${answer.pid}) ${done[kind]}.`;
    case 'refused':
      return `You wanted to ${kind} ${name}: ${answer.why}`;
    case 'unanswered':
      return `You wanted to ${kind} ${name}, but the lab does not know this page. Open the address that npm start printed.`;
  }
}
