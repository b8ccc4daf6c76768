export { runCampaign } from './run/campaign.js';
export type { CampaignOptions, CampaignProgress } from './run/campaign.js';
export { runSeeds } from './run/run-seeds.js';
export type { FailedSeed, SeedRange, SeedsRun } from './run/run-seeds.js';
export type { Totals } from './run/totals.js';
