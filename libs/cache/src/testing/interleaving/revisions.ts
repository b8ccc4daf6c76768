/** What happened to one product, oldest first: a revision is the number of a commit, over all lives of the owner. */
type History = { readonly revision: number; readonly present: boolean }[];

/** The stock as somebody outside keeps it, and what readers are owed of it. Knows nothing of versions. */
export class Revisions {
  commits = 0;
  private readonly histories = new Map<string, History>();
  private readonly acknowledged = new Map<string, number>();
  private readonly invalidated = new Map<string, number>();

  commit(names: readonly string[], present: boolean): number {
    this.commits += 1;
    for (const name of names) this.historyOf(name).push({ revision: this.commits, present });
    return this.commits;
  }

  now(name: string): { readonly revision: number; readonly present: boolean } {
    return this.historyOf(name).at(-1) ?? { revision: 0, present: true };
  }

  /** A change has been acknowledged to the whole world. */
  acknowledge(names: readonly string[], revision: number): void {
    for (const name of names) raise(this.acknowledged, name, revision);
  }

  /** A frontend has answered the DELETE of a change. */
  invalidate(frontend: string, name: string, revision: number): void {
    raise(this.invalidated, `${frontend} ${name}`, revision);
  }

  /** The oldest revision that may be shown to who asks now. */
  owed(frontend: string, name: string): number {
    return Math.max(this.acknowledged.get(name) ?? 0, this.invalidated.get(`${frontend} ${name}`) ?? 0);
  }

  /** Nothing was shown, which is right if there was nothing at some time since. */
  wasAbsentSince(name: string, owed: number): boolean {
    const history = this.historyOf(name);
    const atLeast = history.filter(({ revision }) => revision <= owed).at(-1)?.revision ?? 0;
    return history.some(({ revision, present }) => revision >= atLeast && !present);
  }

  private historyOf(name: string): History {
    const known = this.histories.get(name);
    if (known !== undefined) return known;
    const history: History = [];
    this.histories.set(name, history);
    return history;
  }
}

function raise(marks: Map<string, number>, key: string, revision: number): void {
  marks.set(key, Math.max(revision, marks.get(key) ?? 0));
}
