/** Collects what is wrong with options, so that all of it is said at once. */
export class OptionChecks {
  readonly problems: string[] = [];

  integer(name: string, value: unknown, range: { min: number; max: number; fallback: number }): number {
    if (value === undefined) return range.fallback;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= range.min && value <= range.max)
      return value;
    this.problems.push(`${name} must be a whole number from ${range.min} to ${range.max}, got ${describe(value)}`);
    return range.fallback;
  }

  text(name: string, value: unknown, pattern: RegExp, rule: string): string {
    if (typeof value === 'string' && pattern.test(value)) return value;
    this.problems.push(`${name} must be ${rule}, got ${describe(value)}`);
    return '';
  }

  httpUrl(name: string, value: unknown): string {
    if (typeof value === 'string' && isHttpUrl(value)) return value;
    this.problems.push(`${name} must be an http(s) URL without credentials, query or fragment, got ${describe(value)}`);
    return '';
  }

  oneOf<const T extends string>(name: string, value: unknown, allowed: readonly T[], fallback: T): T {
    if (value === undefined) return fallback;
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) this.problems.push(`${name} must be one of ${allowed.join(', ')}, got ${describe(value)}`);
    return found ?? fallback;
  }

  must(condition: boolean, problem: string): void {
    if (!condition) this.problems.push(problem);
  }
}

export function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return plain && (url.protocol === 'http:' || url.protocol === 'https:');
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value);
}
