import type { FastifyBaseLogger } from 'fastify';
import type { Level } from '../contract/area.ts';
import type {
  AreaMeasure,
  CampaignInput,
  CampaignMeasure,
  CampaignProgressed,
  Moment,
  Progress,
} from '../contract/campaign.ts';
import { HOUR_MS, toCityIso } from '../contract/time.ts';
import type { AnswerCache } from '../coverage/answer-cache.ts';
import { cityHourOf } from '../coverage/city-hour.ts';
import type { FigureWorker } from '../coverage/figure-worker.ts';
import { type FinalShare, readFinalShare } from '../coverage/read-final-share.ts';
import { hiddenOf } from '../coverage/small-counts.ts';
import { windowOf } from '../coverage/window.ts';
import type { Geography } from '../geography.ts';
import type { Store } from '../store/client.ts';
import { campaignHours, type TailRow } from '../store/queries.ts';
import { type CampaignRecord, phaseOf, storedWards } from './campaign.ts';
import { CampaignBook, readCampaign } from './campaign-book.ts';
import { CampaignCount } from './campaign-count.ts';
import { Moments } from './moments.ts';
import { type PastWeeks, readPastWeeks } from './past-weeks.ts';
import { expectedNow, isShown, mainMeasure, perMinute, progressOf, shownCity } from './progress.ts';

/** A campaign is counted live from when it is saved until so long after its end: late rows still come, ms. */
const LIVE_AFTER_MS = 7 * 86_400_000;
/** A running campaign says where it stands at least so often, ms. */
const QUIET_MS = 10_000;
const LAST_MOMENTS = 10;
const MINUTE_MS = 60_000;

/** What of a campaign's progress does not change from second to second. */
type Context = { past: PastWeeks; final: FinalShare };

/** What one campaign has to tell those who watch it. */
export type CampaignNews = {
  public: boolean;
  /** The message for those from whom figures about fewer than k learners are hidden. */
  message: (k: number) => CampaignProgressed;
};

/** The campaigns: kept, counted live, and their progress. */
export class Campaigns {
  readonly book: CampaignBook;
  readonly moments: Moments;
  /** Called with what was just reached. */
  onMoments: (moments: Moment[]) => void = () => undefined;
  readonly #store: Store;
  readonly #geography: Geography;
  readonly #answers: AnswerCache;
  readonly #figures: FigureWorker;
  readonly #log: FastifyBaseLogger;
  #counts = new Map<string, CampaignCount>();
  readonly #contexts = new Map<string, { key: string; reading: Promise<Context> }>();
  readonly #known = new Map<string, Context>();
  readonly #news = new Map<string, { moments: Moment[]; sent_at: number }>();

  constructor(
    services: { store: Store; geography: Geography; answers: AnswerCache; figures: FigureWorker },
    log: FastifyBaseLogger,
  ) {
    this.#store = services.store;
    this.#geography = services.geography;
    this.#answers = services.answers;
    this.#figures = services.figures;
    this.#log = log;
    this.book = new CampaignBook(services.store);
    this.moments = new Moments(services.store, log);
  }

  /** Tags whose events must be heard of whatever day they are. */
  readonly programmes = (): string[] => [
    ...new Set([...this.#counts.values()].flatMap(({ campaign }) => campaign.programmes)),
  ];

  /** Reads campaigns and moments, and counts everything received by `as_of_ms`; the tail goes on from there. */
  async load(as_of_ms: number, now: number): Promise<void> {
    await Promise.all([this.book.reload(), this.moments.settled().then(() => this.moments.reload())]);
    const counted = this.book.all.filter((campaign) => now < campaign.to_ms + LIVE_AFTER_MS);
    const counts = await Promise.all(
      counted.map((campaign) => CampaignCount.load(this.#store, campaign, this.#geography, as_of_ms, now)),
    );
    this.#counts = new Map(counts.map((count) => [count.campaign.id, count]));
    this.#known.clear();
    this.#contexts.clear();
    // A target that was passed while nobody watched is dated by when it was seen.
    for (const count of counts) this.#reached(count.campaign.id, count.met(as_of_ms));
  }

  /** Counts rows of the tail. */
  apply(rows: readonly TailRow[], now: number): void {
    for (const [id, count] of this.#counts)
      this.#reached(
        id,
        rows.flatMap((row) => count.apply(row, now)),
      );
  }

  /** A campaign to keep, from what was sent. Throws 400 and 409; the caller counts anew. */
  async put(id: string, input: CampaignInput, saved_by: string, now: number): Promise<CampaignRecord> {
    const record = readCampaign(id, input, this.#geography, now);
    await this.book.put(record, saved_by);
    return record;
  }

  /** What running campaigns have to tell since the last call. */
  takeNews(now: number, as_of_ms: number, lag_ms: number): CampaignNews[] {
    return [...this.#counts.values()].flatMap((count) => {
      const { campaign } = count;
      const changed = count.takeChanged();
      const news = this.#newsOf(campaign.id);
      const quiet = phaseOf(campaign, now) === 'running' && now - news.sent_at >= QUIET_MS;
      if (changed.length === 0 && news.moments.length === 0 && !quiet) return [];
      const moments = news.moments;
      this.#news.set(campaign.id, { moments: [], sent_at: now });
      return [this.#message(count, { full: false, changed, moments, now, as_of_ms, lag_ms })];
    });
  }

  /** Where running campaigns stand, all of it: for one who comes, or comes back. */
  whole(now: number, as_of_ms: number, lag_ms: number): CampaignNews[] {
    return [...this.#counts.values()]
      .filter(({ campaign }) => phaseOf(campaign, now) !== 'planned')
      .map((count) => {
        const moments = this.moments.list(count.campaign.id).slice(0, LAST_MOMENTS);
        return this.#message(count, { full: true, changed: [], moments, now, as_of_ms, lag_ms });
      });
  }

  /** The progress of a campaign as it stands, or of what was received by `as_of_ms`. */
  async progress(
    campaign: CampaignRecord,
    asked: {
      level: Level;
      measure: AreaMeasure | undefined;
      k: number;
      contacts: boolean;
      as_of_ms?: number;
    },
    live: { as_of_ms: number; now: number; version: string },
  ): Promise<Omit<Progress, 'as_of' | 'lag_ms'>> {
    const now = asked.as_of_ms ?? live.now;
    const [context, hours] = await Promise.all([
      asked.as_of_ms === undefined ? this.#context(campaign, now) : this.#readContext(campaign, now),
      this.#hours(campaign, Math.floor(live.now / MINUTE_MS), now),
    ]);
    // Taken after everything that takes time, so that it is as new as the answer says.
    const count = await this.#countOf(campaign, asked.as_of_ms, live);
    const until = asked.as_of_ms ?? Number.POSITIVE_INFINITY;
    const moments = this.moments.list(campaign.id).filter(({ at }) => Date.parse(at) <= until);
    return progressOf({
      count,
      ...context,
      hours,
      moments,
      metAt: (level, area, measure, value) => this.#metAt(campaign.id, level, area, measure, value, until),
      contacts: asked.contacts ? this.book.contacts(campaign.id) : null,
      geography: this.#geography,
      level: asked.level,
      measure: asked.measure ?? mainMeasure(campaign),
      k: asked.k,
      now,
    });
  }

  async close(): Promise<void> {
    await this.moments.close();
  }

  #reached(id: string, reached: Parameters<Moments['add']>[1]): void {
    if (reached.length === 0) return;
    const fresh = this.moments.add(id, reached);
    if (fresh.length === 0) return;
    this.#newsOf(id).moments.push(...fresh);
    this.onMoments(fresh);
  }

  #newsOf(id: string): { moments: Moment[]; sent_at: number } {
    let news = this.#news.get(id);
    if (!news) {
      news = { moments: [], sent_at: 0 };
      this.#news.set(id, news);
    }
    return news;
  }

  #message(
    count: CampaignCount,
    {
      full,
      changed,
      moments,
      now,
      as_of_ms,
      lag_ms,
    }: { full: boolean; changed: string[]; moments: Moment[]; now: number; as_of_ms: number; lag_ms: number },
  ): CampaignNews {
    const { campaign } = count;
    // Reads what is new of an hour in the background; until then the figures of the hour before stand.
    if (phaseOf(campaign, now) === 'running') this.#context(campaign, now).catch(() => undefined);
    const known = this.#known.get(campaign.id);
    const [own, activity] = count.minute(Math.floor(now / MINUTE_MS) - 1);
    const usual = known ? perMinute(known.past, campaign.from_ms, now - MINUTE_MS) : null;
    const districts = this.#districtsOf(count);
    const wanted = full ? districts : districts.filter((code) => changed.includes(code));
    return {
      public: campaign.public,
      message: (k) => {
        const figures = districts.map((code) => ({ code, people: [count.of(code).learners] }));
        const hidden = new Set([...hiddenOf(figures, [figures], k)].map(({ code }) => code));
        return {
          id: campaign.id,
          as_of: as_of_ms === 0 ? null : toCityIso(as_of_ms),
          lag_ms,
          full,
          city: shownCity(count, k),
          expected: known
            ? (expectedNow({ count, past: known.past }, now).map((one) =>
                one === null ? null : Math.round(one),
              ) as CampaignProgressed['expected'])
            : [null, null, null, null],
          per_min: [own, activity, usual === null ? null : Math.round(usual * 10) / 10],
          areas: wanted.map((code) => {
            if (hidden.has(code)) return [code, null, null, null];
            const { events, learners, minutes } = count.of(code);
            return [code, events, learners, minutes];
          }),
          moments: moments.filter((moment) => isShown(moment, k)),
        };
      },
    };
  }

  #districtsOf(count: CampaignCount): string[] {
    return [...new Set(count.wards.map((ward) => this.#geography.parentOf(ward)))].sort();
  }

  #metAt(
    id: string,
    level: 'city' | Level,
    area: string,
    measure: CampaignMeasure,
    value: number,
    until_ms: number,
  ): string | null {
    const at = this.moments.metAt(id, { level, area, measure, value });
    return at !== null && Date.parse(at) <= until_ms ? at : null;
  }

  async #countOf(
    campaign: CampaignRecord,
    as_of_ms: number | undefined,
    live: { as_of_ms: number; now: number; version: string },
  ): Promise<CampaignCount> {
    const load = (at: number) => CampaignCount.load(this.#store, campaign, this.#geography, at, at);
    if (as_of_ms !== undefined && as_of_ms < live.as_of_ms) return load(as_of_ms);
    const counted = this.#counts.get(campaign.id);
    if (counted && counted.campaign.updated_at === campaign.updated_at) return counted;
    const key = `campaign ${campaign.id} ${campaign.updated_at}`;
    return this.#answers.get(key, live.version, () => load(live.as_of_ms));
  }

  /** The campaign's own events by hour of its window. */
  async #hours(campaign: CampaignRecord, minute: number, now: number): Promise<Map<number, number>> {
    const { from_ms, to_ms, programmes, id, updated_at } = campaign;
    const rows = await this.#answers.get(`campaign hours ${id} ${updated_at}`, `${minute}`, () =>
      campaignHours(this.#store, {
        from_s: from_ms / 1000,
        to_s: to_ms / 1000,
        wards: storedWards(campaign, this.#geography),
        programmes,
      }),
    );
    const until_s = now / 1000;
    return new Map(
      rows.flatMap((row): [number, number][] => {
        const t = Number(row.t);
        return t > until_s ? [] : [[(t - from_ms / 1000) / 3600, Number(row.events)]];
      }),
    );
  }

  /** Past weeks and how complete the reports are: read once an hour. */
  #context(campaign: CampaignRecord, now: number): Promise<Context> {
    const key = `${campaign.updated_at} ${cityHourOf(now)}`;
    const kept = this.#contexts.get(campaign.id);
    if (kept?.key === key) return kept.reading;
    const reading = this.#readContext(campaign, now);
    this.#contexts.set(campaign.id, { key, reading });
    reading.then(
      (context) => {
        if (this.#contexts.get(campaign.id)?.key === key) this.#known.set(campaign.id, context);
      },
      (error) => {
        this.#contexts.delete(campaign.id);
        this.#log.warn({ err: error, campaign: campaign.id }, 'past weeks of a campaign could not be read');
      },
    );
    return reading;
  }

  async #readContext(campaign: CampaignRecord, now: number): Promise<Context> {
    const window = windowOf(campaign.from_ms, campaign.to_ms);
    const services = { store: this.#store, answers: this.#answers, figures: this.#figures };
    // Of the hour that runs nothing is known of its delays yet.
    const at = Math.max(now, campaign.from_ms + HOUR_MS);
    const [past, final] = await Promise.all([
      readPastWeeks(this.#store, this.#geography, campaign, now),
      readFinalShare(services, { window, source: undefined }, at),
    ]);
    return { past, final };
  }
}
