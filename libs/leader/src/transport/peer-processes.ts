/** Names the process that speaks, on each call between members and on each answer; another one after each start. */
export const bootHeader = 'x-leader-boot';

/** Two processes take turns to speak as one member. */
export interface SecondProcess {
  readonly peer: string;
  /** The boot ids, the one that spoke last first. */
  readonly boots: readonly [string, string];
}

interface Speaker {
  boot: string;
  /** Whoever spoke before it, the latest first. */
  before: readonly string[];
  turnsBack: number;
  toldAt: number;
}

/** The last words of a process that has ended may arrive after the first ones of its successor: that is one turn back, or two. */
const turnsBackMin = 4;
/** How often it is told again, ms. */
const tellAgainMs = 60_000;
const bootsKeptMax = 4;
const peersMax = 64;
const bootLengthMax = 64;

/**
 * Notices when two processes speak under one member id. A restart brings another boot id, and the one before is never
 * heard again; here it is heard in turns. Only notices: whose words count is decided by the core, which knows stores and
 * not processes.
 */
export class PeerProcesses {
  private readonly speakers = new Map<string, Speaker>();

  /** @param now ms, monotonic */
  constructor(private readonly now: () => number) {}

  /** Somebody spoke as `peer`. Returns what is to be told, if anything. */
  heard(peer: string, boot: unknown): SecondProcess | undefined {
    // An earlier version says nothing about itself.
    if (typeof boot !== 'string' || boot.length > bootLengthMax) return undefined;
    const speaker = this.speakers.get(peer);
    if (speaker?.boot === boot) return undefined;
    if (speaker === undefined) {
      if (this.speakers.size < peersMax) this.speakers.set(peer, newSpeaker(boot));
      return undefined;
    }
    const isBack = speaker.before.includes(boot);
    const other = speaker.boot;
    speaker.before = [other, ...speaker.before.filter((each) => each !== boot)].slice(0, bootsKeptMax);
    speaker.boot = boot;
    speaker.turnsBack = isBack ? speaker.turnsBack + 1 : 0;
    if (speaker.turnsBack < turnsBackMin || this.now() - speaker.toldAt < tellAgainMs) return undefined;
    speaker.toldAt = this.now();
    return { peer, boots: [boot, other] };
  }
}

function newSpeaker(boot: string): Speaker {
  return { boot, before: [], turnsBack: 0, toldAt: -Infinity };
}
