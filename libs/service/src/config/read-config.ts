import { ConfigError, type SettingProblem } from './config-error.js';
import type { Field } from './field.js';

/** Settings by the name that the program knows them by. */
export type ConfigSchema = Readonly<Record<string, Field<unknown>>>;

/** What a schema reads to. */
export type ConfigOf<S extends ConfigSchema> = { readonly [K in keyof S]: S[K] extends Field<infer T> ? T : never };

/** Where settings come from: `process.env`. An empty value counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads every setting of the schema from the environment; a flag in `argv` (`--port 9000` or `--port=9000` for `PORT`)
 * wins over its variable. Returns a frozen, complete configuration, or throws a `ConfigError` that lists *all*
 * problems, flags that no setting has among them.
 */
export function readConfig<S extends ConfigSchema>(
  schema: S,
  env: Environment,
  argv: readonly string[] = [],
): ConfigOf<S> {
  const problems: SettingProblem[] = [];
  const flags = readFlags(new Set(Object.values(schema).map(({ variable }) => variable)), argv, problems);
  const config: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema)) {
    const raw = flags.get(field.variable) ?? env[field.variable];
    if (raw === undefined || raw === '') {
      if (field.missing.kind === 'default') config[name] = field.missing.value;
      else problems.push({ variable: field.variable, given: undefined, wanted: field.wanted });
      continue;
    }
    const reading = field.read(raw);
    if (reading.ok) config[name] = reading.value;
    else
      problems.push({
        variable: field.variable,
        given: field.secret ? '(hidden)' : printable(raw),
        wanted: reading.wanted,
      });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config) as ConfigOf<S>;
}

/**
 * Lets a program add what spans several settings (`a` must be below `b`) to the same list: throws a `ConfigError` when
 * there is any problem.
 */
export function refuseSettings(problems: readonly SettingProblem[]): void {
  if (problems.length > 0) throw new ConfigError(problems);
}

function readFlags(
  variables: ReadonlySet<string>,
  argv: readonly string[],
  problems: SettingProblem[],
): Map<string, string> {
  const flags = new Map<string, string>();
  for (let offset = 0; offset < argv.length; offset += 1) {
    const argument = argv[offset] ?? '';
    const [flag = '', inline] = argument.split(/=(.*)/s, 2);
    const variable = flag.startsWith('--') ? flag.slice(2).replaceAll('-', '_').toUpperCase() : '';
    if (!variables.has(variable)) {
      const known = [...variables].map((name) => `--${name.toLowerCase().replaceAll('_', '-')}`).join(', ');
      problems.push({ variable: 'argument', given: printable(argument), wanted: `one of the flags ${known}` });
      continue;
    }
    if (inline === undefined) offset += 1;
    flags.set(variable, inline ?? argv[offset] ?? '');
  }
  return flags;
}

function printable(raw: string): string {
  const text = raw.length > 120 ? `${raw.slice(0, 120)}…` : raw;
  return JSON.stringify(text).slice(1, -1);
}
