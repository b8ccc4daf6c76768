import { LabError } from '../lab-error.js';
import type { StoreLink } from '../topology/store-links.js';
import {
  addCut,
  cutsOf,
  fateOf,
  isCut,
  removeCuts,
  wholeNetwork,
  type Cut,
  type LinkTable,
  type ProcessPair,
} from './link-table.js';
import { LinkProxy } from './link-proxy.js';
import { TargetPort } from './target-port.js';

export interface CutReport {
  /** All cuts that are in force, the oldest first. */
  readonly cut: readonly Cut[];
}

/** The network between the processes of one store, which can be cut. Every refusal is a {@link LabError} and has changed nothing. */
export class FaultNetwork {
  readonly #proxies: readonly LinkProxy[];
  readonly #targets: ReadonlyMap<number, TargetPort>;
  readonly #names: readonly string[];
  #table: LinkTable = wholeNetwork;

  /** `onTrouble` is told when a link cannot get its port back. */
  constructor(
    links: readonly StoreLink[],
    { onTrouble = () => undefined }: { onTrouble?: (message: string) => void } = {},
  ) {
    this.#names = [...new Set(links.flatMap(({ from, to }) => [from, to]))].sort();
    const targets = new Map(links.map(({ targetPort }) => [targetPort, new TargetPort(targetPort)]));
    this.#targets = targets;
    this.#proxies = links.map(
      (link) =>
        new LinkProxy(link, { target: targets.get(link.targetPort) ?? new TargetPort(link.targetPort), onTrouble }),
    );
    for (const target of targets.values()) target.watch();
  }

  get cuts(): readonly Cut[] {
    return cutsOf(this.#table);
  }

  /** Resolves when the cut is in force. */
  async cut(cut: Cut): Promise<CutReport> {
    this.#requirePair(cut);
    const { a, b, oneWay, refuse } = cut;
    if (refuse && oneWay && !this.#proxies.some(({ link }) => link.from === a && link.to === b)) {
      throw new LabError(
        'invalid-command',
        `${a} opens no connections to ${b}, so none can be refused. Leave out --refuse to lose its bytes, or name ${b} first.`,
      );
    }
    return this.#adopt(addCut(this.#table, cut));
  }

  /** Undoes the cuts between the pair, or all. What was held arrives now. */
  async heal(pair?: ProcessPair): Promise<CutReport> {
    if (pair !== undefined) {
      this.#requirePair(pair);
      if (!isCut(this.#table, pair))
        throw new LabError('not-cut', `${pair.a} and ${pair.b} are not cut. What is cut: npm run lab -- status`);
    }
    return this.#adopt(removeCuts(this.#table, pair));
  }

  /** Resets every connection and gives all ports back. */
  async close(): Promise<void> {
    for (const target of this.#targets.values()) target.close();
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
  }

  async #adopt(table: LinkTable): Promise<CutReport> {
    this.#table = table;
    await Promise.all(this.#proxies.map((proxy) => proxy.apply(fateOf(table, proxy.link))));
    return { cut: cutsOf(table) };
  }

  #requirePair({ a, b }: ProcessPair): void {
    for (const name of [a, b]) {
      if (!this.#names.includes(name))
        throw new LabError('unknown-name', `There is no process named '${name}'. Names: ${this.#names.join(', ')}`);
    }
    if (a === b) throw new LabError('invalid-command', `${a} cannot be cut from itself: name two processes.`);
  }
}
