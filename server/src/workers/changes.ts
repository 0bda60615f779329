import type { Change, FromPrimary } from './protocol.ts';

type Member = { up: boolean; joining: boolean; has: Set<Change> };

/**
 * Lets versions change in all workers together, so that no client sees one go back: when everybody is ready, new requests are held
 * everywhere, the change is made everywhere, and requests go on. One change at a time; a worker that comes later first catches up.
 */
export class Changes {
  #members = new Map<number, Member>();
  #votes = new Map<Change, { voters: Set<number>; forced: boolean; timer: NodeJS.Timeout }>();
  #published = new Set<Change>();
  #turn: Promise<void> = Promise.resolve();
  #awaited = new Set<number>();
  #allAnswered: (() => void) | undefined;
  #send: (id: number, message: FromPrimary) => void;
  #replace: (id: number, why: string) => void;
  #patience: number;

  /** @param replace ends a worker that has not followed the others for `patience` milliseconds */
  constructor(
    send: (id: number, message: FromPrimary) => void,
    replace: (id: number, why: string) => void,
    patience = 60_000,
  ) {
    this.#send = send;
    this.#replace = replace;
    this.#patience = patience;
  }

  enter(id: number): void {
    this.#members.set(id, { up: false, joining: false, has: new Set() });
  }

  leave(id: number): void {
    this.#members.delete(id);
    for (const { voters } of this.#votes.values()) voters.delete(id);
    this.ack(id);
    this.#look();
  }

  vote(id: number, change: Change): void {
    const member = this.#members.get(id);
    if (!member) return;
    // What the others serve already, a late worker may serve at once: it takes no requests yet.
    if ((this.#published.has(change) || isLabels(change)) && !member.up) {
      this.#catchUp(id, member, change);
      return;
    }
    let vote = this.#votes.get(change);
    if (!vote) {
      vote = { voters: new Set(), forced: false, timer: setTimeout(() => this.#giveUpOn(change), this.#patience) };
      vote.timer.unref();
      this.#votes.set(change, vote);
    }
    vote.voters.add(id);
    this.#look();
  }

  unvote(id: number, change: Change): void {
    this.#votes.get(change)?.voters.delete(id);
    this.#look();
  }

  join(id: number): void {
    const member = this.#members.get(id);
    if (member) member.joining = true;
    this.#look();
  }

  ack(id: number): void {
    this.#awaited.delete(id);
    if (this.#awaited.size > 0) return;
    this.#allAnswered?.();
    this.#allAnswered = undefined;
  }

  #catchUp(id: number, member: Member, change: Change): void {
    if (!isLabels(change)) member.has.add(change);
    this.#send(id, { kind: 'apply', change });
    this.#look();
  }

  /** Whatever can be done now is done, in turns. */
  #look(): void {
    this.#turn = this.#turn.then(async () => {
      for (const [change, { forced }] of [...this.#votes]) {
        if (forced || this.#missing(change).length === 0) await this.#make(change);
      }
      for (const [id, member] of this.#members) {
        const current = [...this.#published].every((change) => member.has.has(change));
        if (!member.joining || !current) continue;
        member.joining = false;
        member.up = true;
        this.#send(id, { kind: 'welcome' });
      }
    });
  }

  /** Who is not ready: for a load or labels every worker that takes requests, for an unload those that have the version. */
  #missing(change: Change): number[] {
    const voters = this.#votes.get(change)?.voters;
    return [...this.#members]
      .filter(([id, { up }]) => up && !voters?.has(id))
      .filter(([, { has }]) => isLabels(change) || isLoad(change) !== has.has(loadOf(change)))
      .map(([id]) => id);
  }

  async #make(change: Change): Promise<void> {
    const vote = this.#votes.get(change);
    this.#votes.delete(change);
    clearTimeout(vote?.timer);
    const voters = [...(vote?.voters ?? [])];
    if (voters.length === 0) return;
    const up = (): number[] => [...this.#members].filter(([, member]) => member.up).map(([id]) => id);
    await this.#tell(up(), { kind: 'hold' });
    await this.#tell(voters, { kind: 'apply', change });
    if (!isLabels(change)) this.#note(change, voters);
    for (const id of up()) this.#send(id, { kind: 'open' });
  }

  #note(change: Change, voters: number[]): void {
    if (isLoad(change)) this.#published.add(change);
    else this.#published.delete(loadOf(change));
    for (const id of voters) {
      const has = this.#members.get(id)?.has;
      if (isLoad(change)) has?.add(change);
      else has?.delete(loadOf(change));
    }
  }

  /** Resolves when all have done it, or are gone. */
  #tell(ids: number[], message: FromPrimary): Promise<void> {
    this.#awaited = new Set(ids.filter((id) => this.#members.has(id)));
    if (this.#awaited.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#allAnswered = resolve;
      for (const id of this.#awaited) this.#send(id, message);
    });
  }

  #giveUpOn(change: Change): void {
    const vote = this.#votes.get(change);
    // Whoever reads its configuration so late takes the labels then; that is no reason to end it.
    if (isLabels(change) && vote) {
      vote.forced = true;
      this.#look();
      return;
    }
    for (const id of this.#missing(change)) this.#replace(id, `it does not follow the others: ${change}`);
  }
}

const isLoad = (change: Change): boolean => change.startsWith('load ');
const isLabels = (change: Change): boolean => change.startsWith('labels ');
const loadOf = (change: Change): Change => change.replace(/^unload /, 'load ');
