export { CatalogAudit, ProductAudit } from './audit/catalog-audit.js';
export { OrderAudit, SoldProduct } from './audit/order-audit.js';
export { addToSoldDigest, emptySoldDigest, type Sale } from './audit/sold-digest.js';
export type { Unavailable } from './clients/answer.js';
export { callDeadlineMsDefault, type CallOptions } from './clients/call-sender.js';
export {
  type CatalogAuditResult,
  CatalogClient,
  type DebitBatchResult,
  type StockListResult,
  type StockResult,
} from './clients/catalog-client.js';
export { FaultClient, type FaultResult } from './clients/fault-client.js';
export {
  type OrderAuditResult,
  OrderClient,
  type OrderResult,
  type OrdersPageResult,
  type OrderToPlace,
  type PlaceOrderResult,
} from './clients/order-client.js';
export type { NotLeader, PlaceOrderRefusal } from './clients/place-order-refusal.js';
export {
  type ProductResult,
  type ProductsResult,
  type ProductCallOptions,
  StoreClient,
  type StoreClientOptions,
  type StoreOrderResult,
  type StorePlaceOrderResult,
} from './clients/store-client.js';
export {
  CachedProductView,
  CacheView,
  ClusterAnswer,
  ClusterView,
  LeaderView,
  type MemberAnswer,
  memberAnswers,
  MemberView,
} from './cluster/cluster-view.js';
export {
  ExplanationAnswer,
  ExplanationView,
  PastRequestsView,
  type Serving,
  servings,
} from './cluster/explanation-view.js';
export {
  Debit,
  DebitBatch,
  type DebitOutcome,
  debitOutcomes,
  DebitResult,
  DebitResults,
  debitsPerBatchMax,
} from './debits/debit.js';
export { type Fault, type FaultKind, faultKinds, type KillPoint, killPoints, parseFault } from './faults/fault.js';
export { faultMsMax, FaultOrder } from './faults/fault-order.js';
export { FaultReport, PointPassages } from './faults/fault-report.js';
export { parsePriceCents, priceCentsMax, toCents, toDecimal } from './money/price.js';
export { type IdempotencyKey, parseIdempotencyKey } from './orders/idempotency-key.js';
export { type OrderNumber, parseOrderNumber } from './orders/order-number.js';
export { OrderAnswer, OrdersPage, ordersPerPageMax, OrderView } from './orders/order-view.js';
export {
  InternalOrderBody,
  OrderPlacedAnswer,
  OrderPlacedView,
  orderQuantityMax,
  PlaceOrderBody,
} from './orders/place-order.js';
export {
  ErrorSummary,
  FieldProblem,
  problemDetails,
  ProblemDetails,
  type ProblemExtensions,
} from './problem/problem-details.js';
export {
  type ProblemCode,
  problemCodeOf,
  problemTypePrefix,
  problemTypes,
  problemTypeUri,
} from './problem/problem-types.js';
export { parseProductName, type ProductName, productNameLengthMax } from './products/product-name.js';
export { ProductAnswer, ProductList, productsMax, ProductView } from './products/product-view.js';
export { StockItem, StockList, StockView } from './products/stock-view.js';
export {
  catalogRoutes,
  catalogVersionOf,
  deadlineMsMax,
  explainPath,
  faultRoutes,
  frontendRoutes,
  headerNames,
  labCommandsPath,
  labPagePath,
  orderPath,
  orderRoutes,
  ordersAfterPath,
  parseDeadlineMs,
  productPath,
  publicRoutes,
} from './routes.js';
export { AxiosTransport, type AxiosTransportOptions } from './transport/axios-transport.js';
export type {
  CallSigner,
  CallToSign,
  HttpTransport,
  TransportAnswer,
  TransportCall,
  TransportOptions,
} from './transport/http-transport.js';
export {
  CallAbortedError,
  type CallTarget,
  ConnectionFailedError,
  DeadlineExceededError,
  isDefiniteFailure,
  type TransportError,
  UnexpectedAnswerError,
} from './transport/transport-error.js';
export { UndiciTransport, type UndiciTransportOptions } from './transport/undici-transport.js';
export { unreachable } from './unreachable.js';
export { fieldProblemsMax, parseDto, type ParsedDto } from './validation/parse-dto.js';
export {
  FlagProperty,
  HexProperty,
  IntegerProperty,
  ListProperty,
  MessageProperty,
  OneOfProperty,
  PriceProperty,
  ProductNameProperty,
  TextProperty,
} from './validation/property.js';
export { isMessageClass, type MessageClass, type PropertyDocs } from './validation/property-spec.js';
