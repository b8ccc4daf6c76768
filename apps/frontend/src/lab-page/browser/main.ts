import { CachePanel } from './cache-panel.js';
import { ClusterStory } from './cluster-story.js';
import { ExplanationPanel } from './explanation-panel.js';
import { HappeningsList } from './happenings-list.js';
import { fetchCluster } from './lab-api.js';
import { MemberCards } from './member-cards.js';
import { byId, say } from './parts.js';
import { leaderLine } from './words.js';

const pollMs = 500;

const card = byId<HTMLTemplateElement>('member-card');
const replicas = new MemberCards(byId('replicas'), card);
const catalog = new MemberCards(byId('catalog'), card);
const explanation = new ExplanationPanel({
  toy: byId<HTMLSelectElement>('toy'),
  ask: byId<HTMLButtonElement>('ask'),
  asked: byId('asked'),
  why: byId('why'),
  version: byId('held-version'),
  past: byId('past-requests'),
});
const cache = new CachePanel({ lease: byId('lease'), slots: byId('slots'), figures: byId('cache-figures') }, (name) =>
  explanation.pick(name),
);
const story = new ClusterStory();
const happenings = new HappeningsList(byId('happenings'));
let isReached = true;
let isWatching = false;

async function refresh(): Promise<void> {
  const view = await fetchCluster();
  const at = new Date();
  if (view === undefined) {
    if (isReached) happenings.add([{ tone: 'bad', text: 'This frontend does not answer.' }], at);
  } else {
    if (!isReached) happenings.add([{ tone: 'good', text: `${view.frontend} answers again.` }], at);
    happenings.add(story.next(view), at);
    say(byId('leader'), leaderLine(view.leader));
    replicas.show(view.replicas);
    catalog.show(view.catalog);
    cache.show(view.cache);
    await explanation.refresh();
  }
  isReached = view !== undefined;
  byId('freshness').dataset['state'] = isReached ? 'live' : 'lost';
  say(
    byId('freshness-text'),
    view ? `Live, as ${view.frontend} sees it` : 'This frontend does not answer; trying again',
  );
}

/** One question at a time, and none while nobody looks. */
async function watch(): Promise<void> {
  if (isWatching) return;
  isWatching = true;
  while (!document.hidden) {
    await refresh();
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  isWatching = false;
}

document.addEventListener('visibilitychange', () => void watch());
void watch();
