export { failureKindOf, UnsettledAttemptError } from './orders/attempt-failure.js';
export { FindOrder, type FoundOrder, type OrderSearch } from './orders/find-order.js';
export { notLeaderError, type OrderGroup, type OrderReplica } from './orders/order-group.js';
export { type AttemptVerdict, judgeAnswer, type OrderOutcome } from './orders/order-outcome.js';
export { type OrderRequest, PlaceOrder, type SettledRequest } from './orders/place-order.js';
