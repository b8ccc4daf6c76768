/** One place in the code that reads differently without the rule. */
export interface RulePatch {
  /** Without `.ts` or `.js`, below the `src` and the `dist` of the project. */
  readonly file: string;
  /** Of one line, so that it reads the same in the source and as it is built. */
  readonly find: string;
  readonly replace: string;
}

/** What keeps shoppers from being shown old stock, and can be taken out of the built code. */
export interface Rule {
  readonly name: string;
  /** What is left of it. */
  readonly without: string;
  readonly project: string;
  readonly patches: readonly RulePatch[];
}

/** A run without one of them is to find wrong reads; whether it does is its exit code. */
export const rules: readonly Rule[] = [
  {
    name: 'apply-delete',
    without: 'a DELETE is acknowledged and not applied',
    project: 'libs/cache',
    patches: [
      {
        file: 'invalidation/apply-invalidation',
        find: 'const applied = cache.invalidate(key, version);',
        replace: "const applied = 'unchanged';",
      },
    ],
  },
  {
    name: 'lease',
    without: 'a frontend serves without looking at its lease',
    project: 'libs/cache',
    patches: [{ file: 'core/coherence-rules', find: 'mayServe: leaseInForce,', replace: 'mayServe: () => true,' }],
  },
  {
    name: 'wait',
    without: 'the catalog does not wait for acknowledgements',
    project: 'libs/cache',
    patches: [
      {
        file: 'publishing/cache-publisher',
        find: "const awaited = mode === 'strict';",
        replace: 'const awaited = false;',
      },
    ],
  },
  {
    name: 'restock-delete',
    without: 'no DELETE is sent after a restocking',
    project: 'libs/protocol',
    patches: [
      { file: 'catalog/restock/restock', find: '(names.map(productKey), async () => {', replace: '([], async () => {' },
    ],
  },
];

export function ruleCalled(name: string): Rule {
  const rule = rules.find((each) => each.name === name);
  if (rule === undefined) {
    throw new RangeError(`There is no rule '${name}'. There are: ${rules.map((each) => each.name).join(', ')}.`);
  }
  return rule;
}
