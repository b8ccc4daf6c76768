import type { ServiceSpec } from '../topology/store-topology.js';

export type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

/** Asks a process once whether it can serve; never throws. */
export type ReadinessProbe = (spec: ServiceSpec) => Promise<Readiness>;
