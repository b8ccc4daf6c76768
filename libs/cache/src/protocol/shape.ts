/** One thing that is wrong with a message: where (RFC 6901 pointer) and what. */
export interface ShapeProblem {
  readonly pointer: string;
  readonly detail: string;
}

export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly ShapeProblem[] };

/** Reads the members of a JSON object strictly: wrong types, missing and unknown members are all reported. */
export class ShapeReader {
  readonly problems: ShapeProblem[] = [];
  private readonly members: Readonly<Record<string, unknown>>;

  constructor(
    source: unknown,
    known: readonly string[],
    private readonly at = '',
  ) {
    this.members = isPlainObject(source) ? source : {};
    if (!isPlainObject(source)) this.report('', 'must be a JSON object');
    for (const name of Object.keys(this.members))
      if (!known.includes(name)) this.report(name, 'is not a known property');
  }

  text(name: string, rule: { readonly pattern: RegExp; readonly says: string }): string {
    const value = this.own(name);
    if (typeof value === 'string' && rule.pattern.test(value)) return value;
    this.report(name, rule.says);
    return '';
  }

  optionalText(name: string, rule: { readonly pattern: RegExp; readonly says: string }): string | undefined {
    return this.own(name) === undefined ? undefined : this.text(name, rule);
  }

  integer(name: string, range: { readonly min: number; readonly max: number }): number {
    const value = this.own(name);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= range.min && value <= range.max)
      return value;
    this.report(name, `must be a whole number from ${range.min} to ${range.max}`);
    return range.min;
  }

  list<T>(name: string, countMax: number, parse: (item: unknown, at: string) => Parsed<T>): readonly T[] {
    const value = this.own(name);
    if (!Array.isArray(value) || value.length > countMax) {
      this.report(name, `must be a list of at most ${countMax}`);
      return [];
    }
    return value.flatMap((item: unknown, position) => {
      const parsed = parse(item, `${this.at}/${name}/${position}`);
      if (parsed.ok) return [parsed.value];
      this.problems.push(...parsed.problems);
      return [];
    });
  }

  report(name: string, detail: string): void {
    this.problems.push({ pointer: name === '' ? this.at : `${this.at}/${name}`, detail });
  }

  result<T>(value: T): Parsed<T> {
    return this.problems.length === 0 ? { ok: true, value } : { ok: false, problems: this.problems };
  }

  private own(name: string): unknown {
    return Object.hasOwn(this.members, name) ? this.members[name] : undefined;
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
