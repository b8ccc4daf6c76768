export { type DebitRequest, TakeDebits, type TakenDebits } from './debits/take-debits.js';
export { CatalogEpoch } from './opening/catalog-epoch.js';
export { CatalogOpening } from './opening/catalog-opening.js';
export { type InitialStock, InitialStockError, initialStockToken } from './opening/initial-stock.js';
export { LoggedLeases } from './opening/logged-leases.js';
export { productKey } from './products/product-key.js';
export {
  type CatalogStarting,
  type ProductRead,
  ReadStock,
  type StockListRead,
  type StockRead,
} from './products/read-stock.js';
export { Restock, type RestockRound } from './restock/restock.js';
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
