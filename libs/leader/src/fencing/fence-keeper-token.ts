/** Of the keeper that the application chose with `FencesModule`. */
export const fenceKeeperToken = Symbol.for('@quorumkit/leader:fence-keeper');
/** Of the one that `LeaderModule` brings, where the application chose none. */
export const groupFenceKeeperToken = Symbol.for('@quorumkit/leader:group-fence-keeper');
