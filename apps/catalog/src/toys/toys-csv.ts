import { parsePriceCents, parseProductName, productsMax } from '@toystore/contracts';
import { CsvError, parse } from 'csv-parse/sync';

/** One row of the initial stock. */
export interface Toy {
  readonly name: string;
  readonly quantity: number;
  readonly priceCents: number;
}

export type ToysFile =
  | { readonly kind: 'valid'; readonly toys: readonly Toy[] }
  /** Everything that is wrong, one line each. */
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

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
  if (typeof rows === 'string') return { kind: 'invalid', problems: [rows] };
  const [header, ...products] = rows;
  const offsets = columns.map((column) => header?.cells.indexOf(column) ?? -1);
  if (header === undefined || offsets.includes(-1) || header.cells.length !== columns.length) {
    return { kind: 'invalid', problems: [`line 1: the header must be ${columns.join(',')}, not ${header?.cells.join(',') ?? 'missing'}`] };
  }
  return readProducts(products.map(({ line, cells }) => ({ line, cells: orderCells(cells, offsets) })));
}

function readRows(text: string): readonly Row[] | string {
  try {
    const rows: Row[] = [];
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
    return rows;
  } catch (error) {
    if (error instanceof CsvError) return error.message;
    throw error;
  }
}

/** A row with too few or too many cells stays as it is, so that it is reported and not misread. */
function orderCells(cells: readonly string[], offsets: readonly number[]): readonly string[] {
  return cells.length === columns.length ? offsets.map((offset) => cells[offset] ?? '') : cells;
}

function readProducts(rows: readonly Row[]): ToysFile {
  const toys: Toy[] = [];
  const problems: string[] = [];
  const lineOfName = new Map<string, number>();
  for (const { line, cells } of rows) {
    const wrong = (what: string): void => void problems.push(`line ${line}: ${what}`);
    if (cells.length !== columns.length) {
      wrong(`has ${cells.length} cells instead of ${columns.length}`);
      continue;
    }
    const [rawName = '', rawQuantity = '', rawPrice = ''] = cells;
    const name = parseProductName(rawName);
    const quantity = wholeNumber.test(rawQuantity) ? Number(rawQuantity) : undefined;
    const priceCents = parsePriceCents(rawPrice);
    if (name === undefined) {
      wrong(`name ${JSON.stringify(rawName)} must have 1 to 64 letters, digits, spaces, -, _, . or ', first a letter or digit`);
    } else if (lineOfName.has(name)) {
      wrong(`name ${JSON.stringify(name)} is a duplicate of line ${lineOfName.get(name)}`);
    } else {
      lineOfName.set(name, line);
    }
    if (quantity === undefined) wrong(`quantity ${JSON.stringify(rawQuantity)} must be a whole number from 0 to 999999999`);
    if (priceCents === undefined) wrong(`price ${JSON.stringify(rawPrice)} must be an amount such as 25.99, with at most two decimals`);
    if (name !== undefined && quantity !== undefined && priceCents !== undefined) toys.push({ name, quantity, priceCents });
  }
  if (rows.length === 0) problems.push('the file lists no product');
  if (rows.length > productsMax) problems.push(`the file lists ${rows.length} products; ${productsMax} is the most`);
  return problems.length === 0 ? { kind: 'valid', toys } : { kind: 'invalid', problems };
}
