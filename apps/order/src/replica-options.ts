import { type DynamicModule, Module } from '@nestjs/common';
import type { HttpTransport } from '@toystore/contracts';
import type { Registry } from 'prom-client';
import type { AdmissionOptions, DebitOptions } from '@toystore/protocol/order';

export const replicaOptionsToken = Symbol('replica options');

/** What the features of a replica are given from outside. */
export interface ReplicaOptions {
  /** The way to the catalog. Whoever made it closes it. */
  readonly catalog: HttpTransport;
  readonly ordersCsvPath: string;
  readonly debits: DebitOptions;
  readonly admission: AdmissionOptions;
  /** Where the metrics are registered. */
  readonly metrics: Registry;
}

/** Makes the options injectable in every feature module. */
@Module({})
export class ReplicaOptionsModule {
  static forRoot(options: ReplicaOptions): DynamicModule {
    const provider = { provide: replicaOptionsToken, useValue: options };
    return { module: ReplicaOptionsModule, global: true, providers: [provider], exports: [provider] };
  }
}
