export { CatalogReachability } from './debits/catalog-reachability.js';
export { debitOptionsDefault, debitOptionsToken, type DebitOptions } from './debits/debit-options.js';
export { DebitPump } from './debits/debit-pump.js';
export type { RetryBounds } from './debits/retry-delay.js';
export { LedgerInvariantError } from './ledger/invariant.js';
export type { OpenIntent } from './ledger/open-intents.js';
export type {
  DebitOutcome,
  IntentCommand,
  IntentOutcome,
  OrderCommand,
  OrderEntry,
  OrderResult,
  OutcomesCommand,
  RefusalReason,
  Settlement,
} from './ledger/order-command.js';
export { type Applied, type KeyLookup, OrderLedger, type SettledIntent } from './ledger/order-ledger.js';
export { type LedgerChange, OrderStateMachine } from './ledger/order-state-machine.js';
export type { PlacedOrder } from './ledger/placed-orders.js';
export { Office } from './office/office.js';
export { type AdmissionOptions, admissionOptionsDefault, admissionOptionsToken } from './placing/admission-options.js';
export { type OrderWish, PlaceOrder, type PlaceOrderAnswer } from './placing/place-order.js';
export { FindOrder, type OrderRun } from './querying/find-order.js';
export { SettlementWaiters, type SettlementWait } from './settlement/settlement-waiters.js';
