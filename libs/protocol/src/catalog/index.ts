export { type DebitRequest, TakeDebits, type TakenDebits } from './debits/take-debits.js';
export { productKey } from './products/product-key.js';
export { StockInvariantError } from './stock/invariant.js';
export type { ProductFigures } from './stock/product-stock.js';
export type {
  DebitAnswer,
  DebitCommand,
  InitialProduct,
  LeaseCommand,
  LoadCommand,
  RecordedOutcome,
  RestockCommand,
  StockCommand,
  StockDebit,
  StockEntry,
  StockResult,
} from './stock/stock-command.js';
export { StockLedger, type StockSnapshot } from './stock/stock-ledger.js';
export { StockStateMachine } from './stock/stock-state-machine.js';
