import { Pool } from 'undici';
import type { CallAuthenticator } from '../group/call-authenticator.js';
import type { MemberOptions } from '../group/group-options.js';
import { type MemberReply, parseMemberStatus } from './member-status.js';

/** What a member made of a nomination. */
export type NominationReply =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string };

/** The directory's way to the members. A port: `HttpMemberCalls` is real; tests script their own. */
export interface MemberCalls {
  /** Never rejects. */
  status(member: MemberOptions, timeoutMs: number): Promise<MemberReply>;
  /** Never rejects. */
  nominate(
    member: MemberOptions,
    nomination: { readonly observedTerm: number; readonly nominee: string; readonly suspect?: string },
    timeoutMs: number,
  ): Promise<NominationReply>;
  /** Never rejects; undefined when it arrived, else why it did not. */
  hint(
    member: MemberOptions,
    hint: { readonly term: number; readonly leader: string },
    timeoutMs: number,
  ): Promise<string | undefined>;
  close(): Promise<void>;
}

const connectionsPerMember = 4;
/** More than a directory ever knows at a time, so nobody who is being asked loses its connections. */
const poolsMax = 64;
const answerBytesMax = 64 * 1024;

/** `GET /leader/status`, `POST /leader/nominations` and `POST /leader/hints` on kept-alive connections. */
export class HttpMemberCalls implements MemberCalls {
  private readonly pools = new Map<string, Pool>();

  constructor(
    private readonly group: string,
    private readonly auth: CallAuthenticator | 'none',
  ) {}

  async status(member: MemberOptions, timeoutMs: number): Promise<MemberReply> {
    try {
      const { status, json } = await this.call(
        member,
        'GET',
        `/leader/status?group=${this.group}`,
        undefined,
        timeoutMs,
      );
      const parsed = status === 200 ? parseMemberStatus(member.id, json) : undefined;
      return parsed === undefined
        ? { kind: 'silent', why: `it answered ${status} with something else than the status of ${member.id}` }
        : { kind: 'status', status: parsed };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return { kind: code === 'ECONNREFUSED' ? 'gone' : 'silent', why: message };
    }
  }

  /** Rejects when there is no usable answer. */
  async isFit(member: MemberOptions, timeoutMs: number): Promise<boolean> {
    const { status, json } = await this.call(
      member,
      'GET',
      `/leader/fitness?group=${this.group}`,
      undefined,
      timeoutMs,
    );
    const { id, fit } = (json ?? {}) as { readonly id?: unknown; readonly fit?: unknown };
    // A version from before this question was invented has no objections.
    if (status === 404) return true;
    if (status === 200 && id === member.id && typeof fit === 'boolean') return fit;
    throw new Error(`it answered ${status} with something else than the fitness of ${member.id}`);
  }

  async nominate(member: MemberOptions, nomination: object, timeoutMs: number): Promise<NominationReply> {
    try {
      const { status, json } = await this.call(
        member,
        'POST',
        '/leader/nominations',
        { group: this.group, ...nomination },
        timeoutMs,
      );
      const { accepted, why } = (json ?? {}) as { accepted?: unknown; why?: unknown };
      if (status !== 200) return { kind: 'failed', why: `it answered ${status}` };
      return accepted === true ? { kind: 'accepted' } : { kind: 'refused', why: String(why) };
    } catch (error) {
      return { kind: 'failed', why: (error as Error).message };
    }
  }

  async hint(member: MemberOptions, hint: object, timeoutMs: number): Promise<string | undefined> {
    try {
      const { status } = await this.call(member, 'POST', '/leader/hints', { group: this.group, ...hint }, timeoutMs);
      return status === 200 ? undefined : `it answered ${status}`;
    } catch (error) {
      return (error as Error).message;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
  }

  /** How many it keeps connections to. */
  get peers(): number {
    return this.pools.size;
  }

  private async call(
    member: MemberOptions,
    method: 'GET' | 'POST',
    path: string,
    json: object | undefined,
    timeoutMs: number,
  ): Promise<{ readonly status: number; readonly json: unknown }> {
    const body = json === undefined ? undefined : Buffer.from(JSON.stringify(json));
    const signature =
      this.auth === 'none' ? {} : this.auth.sign({ method, path, receiver: member.id, body: body ?? new Uint8Array() });
    const headers = { ...(body && { 'content-type': 'application/json' }), ...signature };
    const response = await this.pool(member).request({
      method,
      path,
      headers,
      body: body ?? null,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.body.text();
    return { status: response.statusCode, json: text.length > 0 ? (JSON.parse(text) as unknown) : undefined };
  }

  private pool({ id, url }: MemberOptions): Pool {
    const key = `${id} ${url}`;
    const existing = this.pools.get(key);
    const pool =
      existing ??
      new Pool(url, {
        connections: connectionsPerMember,
        pipelining: 1,
        connectTimeout: 1000,
        keepAliveTimeout: 60_000,
        maxResponseSize: answerBytesMax,
      });
    // Set anew, so that the first one is the one that has not been used for longest.
    this.pools.delete(key);
    this.pools.set(key, pool);
    for (const [oldest, idle] of this.pools) {
      if (this.pools.size <= poolsMax) break;
      this.pools.delete(oldest);
      void idle.destroy();
    }
    return pool;
  }
}
