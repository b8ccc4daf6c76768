/** What travels with a call, in its `Authorization` header. */
export interface CallCredentials {
  readonly sender: string;
  readonly receiver: string;
  readonly timeMs: number;
  /** The signer's session: new at every start of its process. */
  readonly session: string;
  /** The call's number in its session, from 1. */
  readonly serial: number;
  /** Base64url. */
  readonly mac: string;
}

/** The scheme's name in the `Authorization` header. */
export const callScheme = 'Toystore-1';

const form =
  /^Toystore-1 ([A-Za-z0-9][A-Za-z0-9._-]{0,63}):([A-Za-z0-9][A-Za-z0-9._-]{0,63}):([0-9]{1,15}):([A-Za-z0-9_-]{16}):([1-9][0-9]{0,14}):([A-Za-z0-9_-]{1,64})$/;

/** `Toystore-1 sender:receiver:time:session:serial:mac` */
export function writeCallHeader({ sender, receiver, timeMs, session, serial, mac }: CallCredentials): string {
  return `${callScheme} ${sender}:${receiver}:${timeMs}:${session}:${serial}:${mac}`;
}

/** Reads the header; `undefined` when it is of any other form. */
export function readCallHeader(raw: string): CallCredentials | undefined {
  const match = form.exec(raw);
  if (match === null) return undefined;
  const [, sender = '', receiver = '', time = '', session = '', serial = '', mac = ''] = match;
  return { sender, receiver, timeMs: Number(time), session, serial: Number(serial), mac };
}

/** Whether a text can be a sender's or receiver's id. */
export const isPartyId = (id: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id);
