/** What holds for every member of a group, wherever it is named: in options, in requests, in answers of other members. */

const urlLengthMax = 1024;

export function isMemberId(id: unknown): id is string {
  return typeof id === 'string' && /^[!-~]{1,128}$/.test(id) && !/[;,]/.test(id);
}

export function isMemberPriority(priority: unknown): priority is number {
  return Number.isInteger(priority) && (priority as number) >= 0 && (priority as number) <= 1000;
}

/** Of a URL that is an origin (http or https, host, port, nothing else); undefined for any other. */
export function originOf(url: unknown): string | undefined {
  if (typeof url !== 'string' || url.length > urlLengthMax || !URL.canParse(url)) return undefined;
  const { protocol, username, password, pathname, search, hash, origin } = new URL(url);
  const isBare = username === '' && password === '' && pathname === '/' && search === '' && hash === '';
  return isBare && /^https?:$/.test(protocol) ? origin : undefined;
}
