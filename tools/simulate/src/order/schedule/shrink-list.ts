/**
 * Delta debugging (Zeller and Hildebrandt 2002): leaves out of a list what can be left out so that it still fails.
 * From the end, because what came last is the likeliest to be superfluous. The result is small, not smallest.
 *
 * @param fails answers false also when no more may be tried; then what is left so far is returned
 */
export async function shrinkList<T>(
  items: readonly T[],
  fails: (fewer: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let left = items;
  let pieces = 2;
  while (left.length > 0) {
    const size = Math.ceil(left.length / pieces);
    const fewer = await withoutOnePiece(left, size, fails);
    if (fewer !== undefined) {
      left = fewer;
      pieces = Math.max(2, pieces - 1);
    } else {
      if (size === 1) break;
      pieces = Math.min(left.length, pieces * 2);
    }
  }
  return left;
}

async function withoutOnePiece<T>(
  items: readonly T[],
  size: number,
  fails: (fewer: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | undefined> {
  for (let start = (Math.ceil(items.length / size) - 1) * size; start >= 0; start -= size) {
    const fewer = [...items.slice(0, start), ...items.slice(start + size)];
    if (await fails(fewer)) return fewer;
  }
  return undefined;
}
