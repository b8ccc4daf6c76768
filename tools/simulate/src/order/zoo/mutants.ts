/** One change of one compiled file: `find` occurs in it exactly once. */
export interface SourcePatch {
  /** Below the workspace's root. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A bug that somebody could write, and the promise that it breaks. */
export interface OrderMutant {
  readonly name: string;
  readonly breaks: string;
  /** A schedule that caught it quickly when this was written: where a hunt in a hurry begins. 0: none is known. */
  readonly likelySeed: number;
  readonly patches: readonly SourcePatch[];
}

const order = 'libs/protocol/dist/order';
const catalog = 'libs/protocol/dist/catalog';
const frontend = 'libs/protocol/dist/frontend';
const publisher = 'libs/cache/dist/publishing/cache-publisher.js';

/** The order protocol's bugs that the simulation must catch, each by itself. */
export const orderMutants: readonly OrderMutant[] = [
  {
    name: 'no settled watermark',
    breaks: 'a debit that arrives after its record was forgotten is not executed again',
    likelySeed: 1,
    patches: [
      { file: `${catalog}/stock/debit-memory.js`, find: 'if (debit.intent <= this.watermark)', replace: 'if (false)' },
    ],
  },
  {
    name: 'watermark passes open intents',
    breaks: 'an open intent is never called settled',
    likelySeed: 1,
    patches: [
      {
        file: `${order}/ledger/order-ledger.js`,
        find: 'return oldest === undefined ? this.lastIndex : oldest.intent - 1;',
        replace: 'return this.lastIndex;',
      },
    ],
  },
  {
    name: 'debit not idempotent',
    breaks: 'a repeated debit is answered with its record',
    likelySeed: 14,
    patches: [{ file: `${catalog}/stock/debit-memory.js`, find: 'if (record === undefined)', replace: 'if (true)' }],
  },
  {
    name: 'no term check at the catalog',
    breaks: 'a deposed leader’s debits are refused',
    likelySeed: 14,
    patches: [
      { file: `${catalog}/debits/take-debits.js`, find: 'if (request.term < term)', replace: 'if (false)' },
      { file: `${catalog}/stock/stock-ledger.js`, find: 'if (command.term < this.highestTerm)', replace: 'if (false)' },
    ],
  },
  {
    name: 'last outcome wins',
    breaks: 'the first outcome of an intent counts, later ones change nothing',
    likelySeed: 139,
    patches: [
      {
        file: `${order}/ledger/order-ledger.js`,
        find: 'const intent = this.intents.close(outcome.intent);',
        replace:
          'this.ended ??= new Map(); const intent = this.intents.close(outcome.intent) ?? this.ended.get(outcome.intent); if (intent !== undefined) this.ended.set(outcome.intent, intent);',
      },
    ],
  },
  {
    name: 'intent not deduplicated by key',
    breaks: 'a second intent of a key is ignored when it is applied',
    likelySeed: 2,
    patches: [
      {
        file: `${order}/ledger/order-ledger.js`,
        find: 'const known = this.lookup(command.key, command.fingerprint);',
        replace: "const known = { kind: 'unknown' };",
      },
      {
        file: `${order}/ledger/open-intents.js`,
        find: 'invariant(!this.byKey.has(intent.key), `key of intent ${intent.intent} already has an open intent`);',
        replace: '',
      },
    ],
  },
  {
    name: 'order number at propose',
    breaks: 'numbers are assigned when an outcome is applied',
    likelySeed: 25,
    patches: [
      {
        file: `${order}/debits/debit-drive.js`,
        find: 'outcomes.push({ intent, result: outcome });',
        replace: 'outcomes.push({ intent, result: outcome, number: this.ports.ledger.orderCount + outcomes.length });',
      },
      {
        file: `${order}/ledger/order-ledger.js`,
        find: 'settlementOf({ intent, name, quantity }, { result }, version) {',
        replace: 'settlementOf({ intent, name, quantity }, { result, number: proposed }, version) {',
      },
      {
        file: `${order}/ledger/order-ledger.js`,
        find: 'const number = this.orders.place(name, quantity);',
        replace: 'this.orders.place(name, quantity); const number = proposed;',
      },
    ],
  },
  {
    name: 'open intents not taken up',
    breaks: 'a new leader rolls forward what is open in its applied state',
    likelySeed: 2,
    patches: [
      {
        file: `${order}/debits/debit-drive.js`,
        find: 'for (const intent of ports.ledger.openIntents())',
        replace: 'for (const intent of [])',
      },
    ],
  },
  {
    name: 'outcome proposed once',
    breaks: 'an outcome is proposed until it is committed or the term is over',
    likelySeed: 2,
    patches: [
      {
        file: `${order}/debits/debit-drive.js`,
        find: 'for (let failures = 1; !this.signal.aborted; failures++) {\n            try',
        replace: 'for (let failures = 1; failures === 1; failures++) {\n            try',
      },
      {
        file: `${order}/debits/debit-drive.js`,
        find: 'for (const intent of ports.ledger.openIntents())',
        replace: 'for (const intent of ports.ledger.openIntents().slice(1))',
      },
    ],
  },
  {
    name: 'failed batch not asked again',
    breaks: 'debits whose call failed are asked again',
    likelySeed: 12,
    patches: [{ file: `${order}/debits/debit-drive.js`, find: 'this.backlog.returnAsked();', replace: '' }],
  },
  {
    name: 'DELETE not awaited',
    breaks: 'a sale is acknowledged when no cache can show the stock before it',
    likelySeed: 49,
    patches: [{ file: publisher, find: 'if (!awaited)\n            return 0;', replace: 'return 0;' }],
  },
  {
    name: 'restocking not invalidated',
    breaks: 'a round of restocking is over when no cache can show the stock before it',
    likelySeed: 6,
    patches: [
      {
        file: `${catalog}/restock/restock.js`,
        find: 'await this.publisher.mutate(names.map(productKey), async () => {',
        replace: 'await (async (_keys, fn) => fn())(names.map(productKey), async () => {',
      },
    ],
  },
  {
    name: 'no grace after a restart',
    breaks: 'a restarted catalog waits for leases of its earlier life',
    likelySeed: 68,
    patches: [
      { file: publisher, find: 'const graceMs = options.graceMs ?? config.leaseMs;', replace: 'const graceMs = 0;' },
    ],
  },
  {
    name: 'version ahead of the read',
    breaks: 'value and version of a read are of one turn',
    likelySeed: 1,
    patches: [
      {
        file: `${catalog}/products/read-stock.js`,
        find: 'const at = { epoch, sequence: ledger.sequence };',
        replace: 'const at = { epoch, sequence: ledger.sequence + 1 };',
      },
    ],
  },
  {
    name: 'repetitions not invalidated',
    breaks: 'a debit that was repeated is answered when its invalidation is acknowledged',
    likelySeed: 84,
    patches: [
      {
        file: `${catalog}/stock/debit-memory.js`,
        find: "return { kind: 'answer', answer: answerOf(record) };",
        replace: "return { kind: 'answer', answer: { ...answerOf(record), repeated: true } };",
      },
      {
        file: `${catalog}/debits/take-debits.js`,
        find: 'result.answers.forEach(({ outcome }, offset) => {',
        replace: 'result.answers.forEach(({ outcome, repeated }, offset) => { if (repeated) return;',
      },
    ],
  },
  {
    name: 'retry with a new key',
    breaks: 'every attempt at one order carries the same key',
    likelySeed: 3,
    patches: [
      {
        file: `${frontend}/orders/place-order.js`,
        find: 'async #attempt(request, leader, { deadline, signal, indeterminateBefore }) {',
        replace:
          'async #attempt({ key, ...wanted }, leader, { deadline, signal, indeterminateBefore, number }) { const request = { ...wanted, key: number === 1 ? key : `${key}/${number}` };',
      },
    ],
  },
  {
    name: 'doubt forgotten',
    breaks: 'an attempt in doubt is not answered with "nothing was placed"',
    likelySeed: 4,
    patches: [
      {
        file: `${frontend}/orders/attempt-failure.js`,
        find: "return definite === false ? 'indeterminate' : 'final';",
        replace: "return definite === false ? 'unreachable' : 'final';",
      },
    ],
  },
  {
    name: 'log time is a wall clock',
    breaks: 'no wall clock that jumps makes a key be forgotten while its client may ask',
    likelySeed: 147,
    patches: [
      {
        file: 'libs/leader/dist/replicated-log/log-time.js',
        find: 'return { ms, term, leadingMs: Math.max(',
        replace: 'return { ms: Math.max(before.ms, stamp.wallMs), term, leadingMs: Math.max(',
      },
    ],
  },
  {
    name: 'keys remembered for half the time',
    breaks: 'a key is remembered for the retention of log time',
    likelySeed: 6,
    patches: [
      {
        file: `${order}/ledger/key-memory.js`,
        find: 'record.finishedAt + this.retentionMs > now',
        replace: 'record.finishedAt + this.retentionMs / 2 > now',
      },
    ],
  },
  {
    name: 'answered before the outcome is committed',
    breaks: 'an order is acknowledged when it is durable on a majority',
    likelySeed: 1,
    patches: [
      {
        file: `${order}/placing/place-order.js`,
        find: 'const settlement = await this.waiters.wait({ key, fingerprint, deadline });',
        replace: "const settlement = { kind: 'placed', number: this.machine.ledger.orderCount };",
      },
    ],
  },
];
