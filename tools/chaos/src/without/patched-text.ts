import type { RulePatch } from './rules.js';

/** The code is no longer what the patch was made for. */
export class StalePatchError extends Error {
  override readonly name = 'StalePatchError';
  readonly code = 'stale-patch';
  readonly definite = true;

  constructor(
    readonly patch: RulePatch,
    readonly places: number,
  ) {
    super(
      `What is to be taken out of ${patch.file} is there in ${places} places instead of 1: ${patch.find}\n` +
        'Nothing was started. Build first (npm run build); if the code has changed, change the patch with it.',
    );
  }
}

/** A text without the rule, of the file that all of the patches are about. @throws StalePatchError */
export function patchedText(text: string, patches: readonly RulePatch[]): string {
  return patches.reduce((patched, patch) => {
    const parts = patched.split(patch.find);
    if (parts.length !== 2) throw new StalePatchError(patch, parts.length - 1);
    return parts.join(patch.replace);
  }, text);
}
