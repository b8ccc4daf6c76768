/** One setting that cannot be used. */
export interface SettingProblem {
  readonly variable: string;
  /** What was given; `undefined` when nothing was. Secrets are not shown. */
  readonly given: string | undefined;
  /** What is wanted instead. */
  readonly wanted: string;
}

/** The configuration cannot be used. Nothing was started. Its message lists every problem, one a line. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  readonly definite = true;

  constructor(readonly problems: readonly SettingProblem[]) {
    super(
      [
        `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}; nothing was started:`,
        ...problems.map(({ variable, given, wanted }) =>
          given === undefined
            ? `  ${variable} is not set: it must be ${wanted}`
            : `  ${variable}=${given}: it must be ${wanted}`,
        ),
      ].join('\n'),
    );
    this.name = 'ConfigError';
  }
}
