import { parsePriceCents, parseProductName, productNameLengthMax, productsMax } from '@toystore/contracts';
import { CsvError, parse } from 'csv-parse/sync';

/** One row of the initial stock. */
export interface Toy {
  readonly name: string;
  readonly quantity: number;
  readonly priceCents: number;
}

/** One thing that is wrong with the file: what it is, and what is wanted instead, as the end of "it must be …". */
export interface ToyProblem {
  readonly where: string;
  readonly wanted: string;
}

export type ToysFile =
  | { readonly kind: 'valid'; readonly toys: readonly Toy[] }
  /** Everything that is wrong. */
  | { readonly kind: 'invalid'; readonly problems: readonly ToyProblem[] };

const columns = ['name', 'quantity', 'price'] as const;
const wholeNumber = /^(0|[1-9][0-9]{0,8})$/;

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads the initial stock: a header with the columns name, quantity and price in any order, then one product a row.
 * Takes the file whole or not at all.
 */
export function parseToys(text: string): ToysFile {
  const rows = readRows(text);
  if ('where' in rows) return { kind: 'invalid', problems: [rows] };
  const [header, ...products] = rows;
  const offsets = columns.map((column) => header?.cells.indexOf(column) ?? -1);
  if (header === undefined || offsets.includes(-1) || header.cells.length !== columns.length) {
    const problem = { where: `line 1: header ${quoted(header?.cells.join(',') ?? '')}`, wanted: columns.join(',') };
    return { kind: 'invalid', problems: [problem] };
  }
  return readProducts(products.map(({ line, cells }) => ({ line, cells: orderCells(cells, offsets) })));
}

function readRows(text: string): readonly Row[] | ToyProblem {
  const rows: Row[] = [];
  try {
    parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (cells: string[], { lines }) => {
        rows.push({ line: lines, cells });
        return null;
      },
    });
  } catch (error) {
    if (error instanceof CsvError) return { where: error.message, wanted: 'well-formed CSV' };
    throw error;
  }
  return rows;
}

/** A row with too few or too many cells stays as it is, so that it is reported and not misread. */
function orderCells(cells: readonly string[], offsets: readonly number[]): readonly string[] {
  return cells.length === columns.length ? offsets.map((offset) => cells[offset] ?? '') : cells;
}

function readProducts(rows: readonly Row[]): ToysFile {
  const toys: Toy[] = [];
  const problems: ToyProblem[] = [];
  const lineOfName = new Map<string, number>();
  for (const row of rows) {
    const found = readProduct(row, lineOfName);
    if ('problems' in found) problems.push(...found.problems);
    else toys.push(found);
  }
  if (rows.length === 0 || rows.length > productsMax) {
    problems.push({ where: `${rows.length} products`, wanted: `a list of 1 to ${productsMax} products` });
  }
  return problems.length === 0 ? { kind: 'valid', toys } : { kind: 'invalid', problems };
}

/** The product of a row, or everything that is wrong with it. */
function readProduct(
  { line, cells }: Row,
  lineOfName: Map<string, number>,
): Toy | { readonly problems: readonly ToyProblem[] } {
  if (cells.length !== columns.length) {
    return { problems: [{ where: `line ${line}: ${cells.length} cells`, wanted: `a row of ${columns.length} cells` }] };
  }
  const [rawName = '', rawQuantity = '', rawPrice = ''] = cells;
  const problems: ToyProblem[] = [];
  const wrong = (column: string, raw: string, wanted: string): void =>
    void problems.push({ where: `line ${line}: ${column} ${quoted(raw)}`, wanted });
  const name = parseProductName(rawName);
  const quantity = wholeNumber.test(rawQuantity) ? Number(rawQuantity) : undefined;
  const priceCents = parsePriceCents(rawPrice);
  const earlier = name === undefined ? undefined : lineOfName.get(name);
  if (name === undefined) {
    wrong(
      'name',
      rawName,
      `1 to ${productNameLengthMax} letters, digits, spaces, -, _, . or ', the first one a letter or digit`,
    );
  } else if (earlier === undefined) {
    lineOfName.set(name, line);
  } else {
    wrong('name', rawName, `different from that of line ${earlier}`);
  }
  if (quantity === undefined) wrong('quantity', rawQuantity, 'a whole number from 0 to 999999999');
  if (priceCents === undefined) wrong('price', rawPrice, 'an amount such as 25.99, with at most two decimals');
  const isWhole = name !== undefined && quantity !== undefined && priceCents !== undefined && problems.length === 0;
  return isWhole ? { name, quantity, priceCents } : { problems };
}

function quoted(raw: string): string {
  return JSON.stringify(raw);
}
