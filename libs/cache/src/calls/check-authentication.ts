import type { CallAuthentication } from './call-authenticator.js';
import type { OptionChecks } from './option-checks.js';

export function checkAuthentication(check: OptionChecks, auth: CallAuthentication): void {
  const usable = auth === 'none' || (typeof auth === 'object' && auth !== null && typeof auth.sign === 'function');
  check.must(usable, `auth must be a CallAuthenticator or, to go without, 'none'`);
}
