/** What reading one setting gave. */
export type FieldReading<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly wanted: string };

/** One setting: the environment variable it comes from, how it is read, and what it is when it is missing. */
export interface Field<T> {
  readonly variable: string;
  /** What legal values are, as the end of "it must be …". */
  readonly wanted: string;
  /** Secrets are not repeated in problems. */
  readonly secret: boolean;
  read(raw: string): FieldReading<T>;
  /** What stands when the variable is not set; `required` is a problem then. */
  readonly missing: { readonly kind: 'required' } | { readonly kind: 'default'; readonly value: T };
}

interface FieldShape<T> {
  readonly wanted: string;
  readonly secret?: boolean;
  readonly parse: (raw: string) => T | undefined;
}

const noDefault = Symbol('no default');

function field<T>(variable: string, shape: FieldShape<T>, fallback: T | typeof noDefault): Field<T> {
  return {
    variable,
    wanted: shape.wanted,
    secret: shape.secret ?? false,
    missing: fallback === noDefault ? { kind: 'required' } : { kind: 'default', value: fallback },
    read: (raw) => {
      const value = shape.parse(raw);
      return value === undefined ? { ok: false, wanted: shape.wanted } : { ok: true, value };
    },
  };
}

const defaultOf = <T>(options: { default?: T }): T | typeof noDefault =>
  'default' in options ? (options.default as T) : noDefault;

/** A text of 1 to `lengthMax` (default 1024) characters, optionally of a pattern that `wanted` describes. */
export function text(
  variable: string,
  options: { default?: string; lengthMax?: number; pattern?: RegExp; wanted?: string } = {},
): Field<string> {
  const lengthMax = options.lengthMax ?? 1024;
  const wanted = options.wanted ?? `a text of 1 to ${lengthMax} characters`;
  const parse = (raw: string): string | undefined =>
    raw.length >= 1 && raw.length <= lengthMax && (options.pattern?.test(raw) ?? true) ? raw : undefined;
  return field(variable, { wanted, parse }, defaultOf(options));
}

/** A text that may be left out. */
export function optionalText(variable: string, options: { lengthMax?: number } = {}): Field<string | undefined> {
  const { wanted, read } = text(variable, options);
  return { variable, wanted, secret: false, read, missing: { kind: 'default', value: undefined } };
}

/** A text that is never shown: at least `lengthMin` (default 32) characters; may be left out. */
export function optionalSecret(variable: string, options: { lengthMin?: number } = {}): Field<string | undefined> {
  const lengthMin = options.lengthMin ?? 32;
  const shape = {
    wanted: `a secret of at least ${lengthMin} characters`,
    secret: true,
    parse: (raw: string): string | undefined => (raw.length >= lengthMin ? raw : undefined),
  };
  return field<string | undefined>(variable, shape, undefined);
}

/** A name for a process or a file: letters, digits, `.`, `_`, `-`, at most 64, starting with a letter or digit. */
export function identifier(variable: string, options: { default?: string } = {}): Field<string> {
  const wanted = "1 to 64 letters, digits, '.', '_' or '-', starting with a letter or digit";
  return text(variable, { ...options, pattern: identifierPattern, lengthMax: 64, wanted });
}

const identifierPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const decimalInteger = /^-?[0-9]{1,15}$/;

/** A whole number from `min` to `max`, in decimal digits. `unit` is for the message. */
export function integer(
  variable: string,
  options: { min: number; max: number; default?: number; unit?: string },
): Field<number> {
  const { min, max } = options;
  const wanted = `a whole number${options.unit === undefined ? '' : ` of ${options.unit}`} from ${min} to ${max}`;
  const parse = (raw: string): number | undefined => {
    const value = decimalInteger.test(raw) ? Number(raw) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  };
  return field(variable, { wanted, parse }, defaultOf(options));
}

/** A TCP port; 0 lets the system choose. */
export const port = (variable: string, options: { default?: number } = {}): Field<number> =>
  integer(variable, { ...options, min: 0, max: 65535 });

const durationForm = /^([0-9]{1,12})(ms|s|m|h)?$/;
const msPerUnit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A duration in ms, given as `2500`, `2500ms`, `2s`, `5m` or `1h`. */
export function durationMs(
  variable: string,
  options: { minMs: number; maxMs: number; default?: number },
): Field<number> {
  const { minMs, maxMs } = options;
  const wanted = `a duration of ${minMs} to ${maxMs} ms, such as ${minMs} or 2s`;
  const parse = (raw: string): number | undefined => {
    const match = durationForm.exec(raw);
    if (match === null) return undefined;
    const value = Number(match[1]) * msPerUnit[(match[2] ?? 'ms') as keyof typeof msPerUnit];
    return value >= minMs && value <= maxMs ? value : undefined;
  };
  return field(variable, { wanted, parse }, defaultOf(options));
}

/** One of a fixed set of words. */
export function oneOf<const T extends string>(
  variable: string,
  values: readonly T[],
  options: { default?: T } = {},
): Field<T> {
  const parse = (raw: string): T | undefined => values.find((value) => value === raw);
  return field(variable, { wanted: `one of ${values.join(', ')}`, parse }, defaultOf(options));
}

/** `true`, `1`, `on` or `false`, `0`, `off`. */
export function flag(variable: string, options: { default?: boolean } = {}): Field<boolean> {
  const parse = (raw: string): boolean | undefined =>
    ['true', '1', 'on'].includes(raw) ? true : ['false', '0', 'off'].includes(raw) ? false : undefined;
  return field(variable, { wanted: 'true or false', parse }, defaultOf(options));
}

/** The base URL of a peer: `http(s)://host:port` without a path; comes out without a trailing slash. */
export function baseUrl(variable: string, options: { default?: string } = {}): Field<string> {
  return field(
    variable,
    { wanted: 'a URL like http://127.0.0.1:8082, without a path', parse: parseBaseUrl },
    defaultOf(options),
  );
}

/** Reads `http(s)://host:port`; `undefined` for anything that carries more. */
export function parseBaseUrl(raw: string): string | undefined {
  if (!URL.canParse(raw)) return undefined;
  const url = new URL(raw);
  const isBare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return (url.protocol === 'http:' || url.protocol === 'https:') && isBare ? url.origin : undefined;
}

/** A replica of a group, as it stands in `MEMBERS`. */
export interface MemberSetting {
  readonly id: string;
  readonly url: string;
  readonly priority: number;
}

/** The members of a group: `order-1=http://127.0.0.1:8091;1,order-2=…` (id=url;priority), 1 to 9, ids and urls distinct. */
export function members(
  variable: string,
  options: { default?: readonly MemberSetting[] } = {},
): Field<readonly MemberSetting[]> {
  const wanted =
    '1 to 9 members like order-1=http://127.0.0.1:8091;1 (id=url;priority), separated by commas, ids and urls distinct';
  return field(variable, { wanted, parse: parseMembers }, defaultOf(options));
}

function parseMembers(raw: string): readonly MemberSetting[] | undefined {
  const found = raw.split(',').map((part) => parseMember(part.trim()));
  const known = found.filter((member) => member !== undefined);
  const isDistinct =
    new Set(known.map(({ id }) => id)).size === found.length &&
    new Set(known.map(({ url }) => url)).size === found.length;
  return isDistinct && found.length <= 9 ? Object.freeze(known) : undefined;
}

const memberForm = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63})=([^;]+);([0-9]{1,4})$/;

function parseMember(raw: string): MemberSetting | undefined {
  const match = memberForm.exec(raw);
  const url = match === null ? undefined : parseBaseUrl(match[2] ?? '');
  return match === null || url === undefined
    ? undefined
    : Object.freeze({ id: match[1] ?? '', url, priority: Number(match[3]) });
}
