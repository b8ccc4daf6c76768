import Table from 'cli-table3';

/** One measurement: what was done, under which conditions, and rows of figures. */
export interface Measurement {
  readonly title: string;
  readonly conditions: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** Goals that were set for these figures, each met or missed. */
  readonly goals: readonly { readonly goal: string; readonly measured: string; readonly met: boolean }[];
}

export function printMeasurement(measurement: Measurement): string {
  const table = new Table({ head: [...measurement.columns], style: { head: [], border: [] } });
  for (const row of measurement.rows) table.push([...row]);
  const goals = measurement.goals.map((each) => `${each.met ? 'met   ' : 'MISSED'} ${each.goal}: ${each.measured}`);
  return [`\n${measurement.title}`, measurement.conditions, table.toString(), ...goals].join('\n');
}
