export { type Reaction, type Script, ScriptedOrderGroup } from '../frontend/testing/scripted-order-group.js';
export { type CatalogFate, type CatalogPoint, FakeCatalog } from '../order/testing/fake-catalog.js';
export { until } from '../order/testing/shopper.js';
