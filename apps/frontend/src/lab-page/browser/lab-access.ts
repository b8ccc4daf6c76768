import { isLab, type LabAccess, parseLabAccess } from './lab-control.js';

const storageKey = 'lab-access';

/**
 * The way to the lab for this tab: from the address, out of which the token is taken at once so that it is neither shown nor
 * bookmarked, or kept from before. A link cannot put another in its place: where it leads, the lab has to know the token.
 */
export async function findLabAccess(): Promise<LabAccess | undefined> {
  const given = location.hash;
  const access = parseLabAccess(given);
  if (access === undefined) return parseLabAccess(kept());
  history.replaceState(null, '', location.pathname);
  if (!(await isLab(access))) return parseLabAccess(kept());
  keep(given);
  return access;
}

/** An address with a token that is typed into a tab where the page is open changes the fragment and loads nothing. */
export function watchForAnotherAccess(): void {
  addEventListener('hashchange', () => {
    if (parseLabAccess(location.hash)) location.reload();
  });
}

// Storage may be forbidden to this page; then the buttons are gone after a reload, and nothing else.
function kept(): string {
  try {
    return sessionStorage.getItem(storageKey) ?? '';
  } catch {
    return '';
  }
}

function keep(fragment: string): void {
  try {
    sessionStorage.setItem(storageKey, fragment);
  } catch {
    // As above.
  }
}
