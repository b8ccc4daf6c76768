/** What the benchmark tells one of its replicas. */
export type ReplicaOrder =
  | { readonly kind: 'propose'; readonly proposers: number; readonly durationMs: number; readonly payloadBytes: number }
  | { readonly kind: 'stop' };

/** What a replica tells the benchmark. */
export type ReplicaReport =
  | { readonly kind: 'role'; readonly leads: boolean }
  | {
      readonly kind: 'proposed';
      readonly commits: number;
      readonly elapsedMs: number;
      readonly p50Ms: number;
      readonly p99Ms: number;
      /** Of the leader's process. */ readonly cpuMs: number;
      /** Leadership was lost on the way. */ readonly interrupted: boolean;
    };
