/** What somebody else's answer depends on, and what this one does; each header once. */
export function mergedVary(before: unknown, ours: string): string {
  const named = `${String(before)}, ${ours}`.split(',').map((name) => name.trim());
  if (named.includes('*')) return '*';
  const seen = new Map(named.filter((name) => name !== '').map((name) => [name.toLowerCase(), name]));
  return [...seen.values()].join(', ');
}
