import type { ClusterView } from '@toystore/contracts';
import { CachePanel } from './cache-panel.js';
import { ClusterStory } from './cluster-story.js';
import { ExplanationPanel } from './explanation-panel.js';
import { HappeningsList } from './happenings-list.js';
import { findLabAccess, watchForAnotherAccess } from './lab-access.js';
import { fetchCluster } from './lab-api.js';
import { command, commandWords, type ProcessCommand } from './lab-control.js';
import { MemberCards } from './member-cards.js';
import { byId, showText } from './page-elements.js';
import { leaderLine } from './words.js';

const pollMs = 500;

watchForAnotherAccess();
const access = await findLabAccess();
const happenings = new HappeningsList(byId('happenings'));
const onCommand =
  access &&
  (async (kind: ProcessCommand, name: string): Promise<void> => {
    const answer = await command(access, kind, name);
    const tone = answer.kind === 'done' ? 'plain' : 'warn';
    happenings.add([{ tone, text: commandWords(kind, name, answer) }], new Date());
  });
document.body.dataset['commands'] = access ? 'here' : 'elsewhere';

const card = byId<HTMLTemplateElement>('member-card');
const replicas = new MemberCards(byId('replicas'), card, onCommand);
const catalog = new MemberCards(byId('catalog'), card, onCommand);
const explanation = new ExplanationPanel(
  {
    toy: byId<HTMLSelectElement>('toy'),
    ask: byId<HTMLButtonElement>('ask'),
    asked: byId('asked'),
    why: byId('why'),
    version: byId('held-version'),
    past: byId('past-requests'),
  },
  (name) => cache.mark(name),
);
const cache = new CachePanel(
  { lease: byId('lease'), slots: byId('slots'), rest: byId('slots-rest'), figures: byId('cache-figures') },
  (name) => explanation.pick(name),
);
const story = new ClusterStory();
let isReached = true;
let isWatching = false;

async function refresh(): Promise<void> {
  const view = await fetchCluster();
  if (view === undefined) showLoss();
  else {
    show(view);
    await explanation.refresh();
  }
}

function show(view: ClusterView): void {
  const at = new Date();
  if (!isReached) happenings.add([{ tone: 'good', text: `${view.frontend} answers again.` }], at);
  happenings.add(story.next(view), at);
  showText(byId('leader'), leaderLine(view));
  replicas.show(view.replicas);
  catalog.show(view.catalog);
  cache.show(view.cache);
  showFreshness('live', `Live, as ${view.frontend} sees it`);
  isReached = true;
}

/** What is on the page stays there, dimmed: it is how the store was. */
function showLoss(): void {
  if (isReached) happenings.add([{ tone: 'bad', text: 'This frontend does not answer.' }], new Date());
  showFreshness('lost', 'This frontend does not answer; trying again');
  isReached = false;
}

function showFreshness(state: 'live' | 'lost', text: string): void {
  byId('freshness').dataset['state'] = state;
  document.body.dataset['freshness'] = state;
  showText(byId('freshness-text'), text);
}

/** One question at a time, and none while nobody looks. */
async function watch(): Promise<void> {
  if (isWatching) return;
  isWatching = true;
  try {
    while (!document.hidden) {
      await refresh();
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  } catch (error) {
    showLoss();
    throw error;
  } finally {
    isWatching = false;
  }
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) happenings.add([{ tone: 'plain', text: 'Not watched from here on.' }], new Date());
  else void watch();
});
void watch();
