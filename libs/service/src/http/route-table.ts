interface RouteEntry {
  readonly segments: readonly string[];
  readonly methods: Set<string>;
}

/**
 * The paths that an app serves, to tell an unknown path from a known one that was asked with a wrong method. Only asked
 * when the router found nothing, so it is simple rather than fast.
 */
export class RouteTable {
  private readonly entries = new Map<string, RouteEntry>();

  add(method: string | readonly string[], pattern: string): void {
    let entry = this.entries.get(pattern);
    if (entry === undefined) {
      entry = { segments: pattern.split('/'), methods: new Set() };
      this.entries.set(pattern, entry);
    }
    for (const name of typeof method === 'string' ? [method] : method) entry.methods.add(name);
  }

  /** The methods that a request target answers to, sorted; empty when nothing is there. */
  methodsAt(target: string): string[] {
    const path = target.split(/[?#]/, 1)[0] ?? '';
    const segments = path.split('/');
    const found = new Set<string>();
    for (const entry of this.entries.values()) {
      if (matches(entry.segments, segments)) for (const method of entry.methods) found.add(method);
    }
    return [...found].sort();
  }
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  if (pattern.at(-1) === '*')
    return path.length >= pattern.length && matches(pattern.slice(0, -1), path.slice(0, pattern.length - 1));
  return (
    pattern.length === path.length && pattern.every((segment, offset) => matchesSegment(segment, path[offset] ?? ''))
  );
}

function matchesSegment(pattern: string, segment: string): boolean {
  if (pattern.startsWith(':')) return segment !== '';
  try {
    return pattern === decodeURIComponent(segment);
  } catch (error) {
    // A segment that is not percent-encoded UTF-8 names nothing.
    return !(error instanceof URIError);
  }
}
