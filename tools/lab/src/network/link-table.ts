/** What the lab was asked to break. `oneWay`: only from `a` to `b`. `refuse`: connections are refused instead of hanging. */
export interface Cut {
  readonly a: string;
  readonly b: string;
  readonly oneWay: boolean;
  readonly refuse: boolean;
}

export interface ProcessPair {
  readonly a: string;
  readonly b: string;
}

interface FaultyDirection {
  readonly from: string;
  readonly to: string;
  readonly fault: 'hold' | 'refuse';
}

/** The directions that are broken; whatever is not listed is whole. */
export type LinkTable = readonly FaultyDirection[];

export const wholeNetwork: LinkTable = [];

/** What happens to the connections that `from` opens to `to`. */
export interface LinkFate {
  /** New ones are refused, those that are open are reset. */
  readonly refused: boolean;
  /** Bytes from the opener, its connection attempts included, do not arrive. */
  readonly forwardHeld: boolean;
  /** Bytes from the one who was called do not arrive. */
  readonly backHeld: boolean;
}

/** Cuts add up: a direction that is already broken gets the new fault, every other one stays as it is. */
export function addCut(table: LinkTable, { a, b, oneWay, refuse }: Cut): LinkTable {
  const fault = refuse ? 'refuse' : 'hold';
  const broken: FaultyDirection[] = [
    { from: a, to: b, fault },
    ...(oneWay ? [] : [{ from: b, to: a, fault } as const]),
  ];
  return [...table.filter((old) => !broken.some((direction) => isSame(old, direction))), ...broken];
}

/** Both directions between the pair become whole, or, without a pair, all there are. */
export function removeCuts(table: LinkTable, pair?: ProcessPair): LinkTable {
  return pair === undefined ? wholeNetwork : table.filter((direction) => !isBetween(direction, pair));
}

export function isCut(table: LinkTable, pair: ProcessPair): boolean {
  return table.some((direction) => isBetween(direction, pair));
}

/**
 * Lost bytes are a matter of their direction, whoever opened the connection: a one-way cut from A to B takes A's requests to B
 * and A's answers to B alike. A refusal is an answer to an opener, so it concerns the connections that `from` opens and no others.
 */
export function fateOf(table: LinkTable, link: { readonly from: string; readonly to: string }): LinkFate {
  const forward = table.find((direction) => isSame(direction, link))?.fault;
  const back = table.find((direction) => isSame(direction, { from: link.to, to: link.from }))?.fault;
  return { refused: forward === 'refuse', forwardHeld: forward === 'hold', backHeld: back === 'hold' };
}

/** The table as cuts, the oldest first; two directions with the same fault are one cut. */
export function cutsOf(table: LinkTable): readonly Cut[] {
  const cuts: Cut[] = [];
  for (const { from, to, fault } of table) {
    const refuse = fault === 'refuse';
    const other = cuts.findIndex((cut) => cut.a === to && cut.b === from && cut.refuse === refuse);
    if (other >= 0) cuts[other] = { a: to, b: from, oneWay: false, refuse };
    else cuts.push({ a: from, b: to, oneWay: true, refuse });
  }
  return cuts;
}

function isSame(
  one: { readonly from: string; readonly to: string },
  other: { readonly from: string; readonly to: string },
): boolean {
  return one.from === other.from && one.to === other.to;
}

function isBetween({ from, to }: FaultyDirection, { a, b }: ProcessPair): boolean {
  return (from === a && to === b) || (from === b && to === a);
}
