import { Option } from 'commander';
import type { HostKind } from './services/group-host.js';

/** What a command that takes `hostOption` is told. */
export interface HostOption {
  readonly module?: true;
}

export function hostOption(): Option {
  return new Option('--module', 'host the groups in the whole LeaderModule instead of bare');
}

export function hostOf({ module }: HostOption): HostKind {
  return module === true ? 'module' : 'bare';
}
