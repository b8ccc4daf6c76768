import { CachePanel } from './cache-panel.js';
import { ClusterStory } from './cluster-story.js';
import { ExplanationPanel } from './explanation-panel.js';
import { HappeningsList } from './happenings-list.js';
import { fetchCluster } from './lab-api.js';
import { command, commandWords, type LabAccess, parseLabAccess, type ProcessCommand } from './lab-control.js';
import { MemberCards } from './member-cards.js';
import { byId, say } from './parts.js';
import { leaderLine } from './words.js';

const pollMs = 500;

/** The token is kept for this tab and taken out of the address, where it would be shown and bookmarked. */
function labAccess(): LabAccess | undefined {
  const key = 'lab-access';
  if (parseLabAccess(location.hash)) {
    sessionStorage.setItem(key, location.hash);
    history.replaceState(null, '', location.pathname);
  }
  return parseLabAccess(sessionStorage.getItem(key) ?? '');
}

const access = labAccess();
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
