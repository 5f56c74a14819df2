import { createHash } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { Acknowledgement, Alert, AlertAcknowledged, AlertRaised } from '../contract/alert.ts';
import type { Moment } from '../contract/campaign.ts';
import { CITY_OFFSET_MS, DAY_MS, HOUR_MS, startOfCityDay, toCityIso } from '../contract/time.ts';
import { readSilence } from '../coverage/read-silence.ts';
import { cityDate } from '../coverage/window.ts';
import type { Services } from '../services.ts';
import { toEngineTime } from '../store/event-row.ts';
import { type AlertRow, alertsPage, sameHours } from '../store/queries.ts';
import {
  type AreaName,
  allSilentSentence,
  silentSentence,
  surgeSentence,
  targetSentence,
} from './sentences.ts';
import { type HourOfArea, surges } from './surge.ts';
import type { Webhook } from './webhook.ts';

/** How often is looked for silent places, surges, and what other servers raised, ms. */
const LOOK_MS = 60_000;
const FOLLOW_MS = 2_000;
/** A place that fell silent longer ago is no news, ms. */
const NEWS_MS = 14 * DAY_MS;
/** From this share of all places on it is not the places that are silent. */
const MOST_SHARE = 0.5;
const FEWEST_PLACES = 10;
/** Weeks that an hour is held against. */
const WEEKS = 4;
/** Alerts are looked back for so far, ms: what servers raised while this one was away. */
const FOLLOWED_MS = 60_000;

type Draft = Omit<AlertRaised, 'id'> & { key: string };
/** Which alerts are listed; times epoch milliseconds. What is not given does not narrow them. */
type Asked = {
  state?: string;
  kind?: string;
  from_ms?: number;
  to_ms?: number;
  limit?: number;
  id?: string;
};
type Needs = Pick<
  Services,
  'store' | 'geography' | 'sources' | 'live' | 'answers' | 'figures' | 'campaigns' | 'caughtUp'
>;

/**
 * Finds places that fell silent, surges and targets that were met, keeps each alert once under an id that follows from
 * what it is about, tells live clients, and hands it to the webhook.
 */
export class Alerts {
  /** Called with what was raised, here or by another server. */
  onRaised: (alert: AlertRaised) => void = () => undefined;
  onAcknowledged: (message: AlertAcknowledged) => void = () => undefined;
  readonly #services: Needs;
  readonly #log: FastifyBaseLogger;
  readonly #webhook: Webhook | undefined;
  readonly #raised = new Set<string>();
  readonly #acknowledged = new Map<string, number>();
  #running: Promise<void> = Promise.resolve();
  #timers: NodeJS.Timeout[] = [];

  constructor(services: Needs, log: FastifyBaseLogger, webhook: Webhook | undefined) {
    this.#services = services;
    this.#log = log;
    this.#webhook = webhook;
  }

  /** Learns what was raised already and starts to look. */
  async start(): Promise<void> {
    for (const { id, seen_ms } of await this.#page({})) {
      this.#raised.add(id);
      this.#acknowledged.set(id, Number(seen_ms));
    }
    // What was met while nobody looked, as at the start of the service.
    for (const { id } of this.#services.campaigns.book.all)
      this.targets(this.#services.campaigns.moments.list(id));
    await this.#webhook?.start();
    const every = (ms: number, work: () => Promise<unknown>) => {
      const timer = setInterval(() => void work().catch((error) => this.#warn(error)), ms);
      timer.unref();
      this.#timers.push(timer);
    };
    every(LOOK_MS, () => this.look(Date.now()));
    if (!this.#services.store.embedded) every(FOLLOW_MS, () => this.#follow());
  }

  /** Looks once for silent places and surges as of a time, epoch ms; resolves with what is new. */
  async look(now: number): Promise<AlertRaised[]> {
    await this.#services.caughtUp();
    const drafts = await Promise.all([this.#silent(now), this.#surges(now)]);
    return this.#raise(drafts.flat(), now);
  }

  /** Targets among moments are raised; in the background, since live counting must not wait. */
  targets(moments: readonly Moment[]): void {
    const drafts = moments
      .filter(({ kind, level }) => kind === 'target' && level !== 'ward')
      .map((moment) => this.#targetDraft(moment));
    if (drafts.length > 0) this.#raise(drafts, Date.now()).catch((error) => this.#warn(error));
  }

  /** Alerts as they are listed, newest first. */
  async list(asked: Asked): Promise<Alert[]> {
    return (await this.#page(asked)).map(toAlert);
  }

  /** Notes who has seen an alert; undefined when there is none of that id. */
  async acknowledge(id: string, by: string, note: string, now: number): Promise<Alert | undefined> {
    const [alert] = await this.list({ id });
    if (!alert) return undefined;
    const at = Math.max(now, this.#acknowledged.get(id) ?? 0);
    await this.#services.store.insertObjects('alert_acknowledgements', [
      { id, by, at: toEngineTime(at), note },
    ]);
    const acknowledged: Acknowledgement = { by, at: toCityIso(at), note };
    this.#acknowledged.set(id, at);
    this.onAcknowledged({ id, acknowledged });
    return { ...alert, acknowledged };
  }

  /** Resolves when everything that is being raised is kept. */
  settled(): Promise<void> {
    return this.#running;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#running;
    await this.#webhook?.close();
  }

  /** One after the other, so that an alert that is being kept is not kept again. */
  #raise(drafts: readonly Draft[], now: number): Promise<AlertRaised[]> {
    const raising = this.#running.then(async () => {
      const alerts = drafts
        .map(({ key, ...draft }): AlertRaised => ({ id: idOf(key), ...draft }))
        .filter(({ id }) => !this.#raised.has(id));
      for (const alert of alerts) {
        // Outbox first: cut off between the two, the alert is found again and its message has the same id.
        await this.#webhook?.add(alert.id, webhookBody(alert));
        await this.#services.store.insertTsv(
          'alerts',
          ALERT_COLUMNS,
          alertRow(alert, now),
          `alert-${alert.id}`,
        );
        this.#raised.add(alert.id);
        this.onRaised(alert);
      }
      return alerts;
    });
    this.#running = raising.then(
      () => undefined,
      () => undefined,
    );
    return raising;
  }

  /** Tells this server's clients of what other servers raised or marked as seen. */
  async #follow(): Promise<void> {
    for (const row of await this.#page({ from_ms: Date.now() - FOLLOWED_MS })) {
      const { raised_at: _, acknowledged, ...alert } = toAlert(row);
      if (!this.#raised.has(alert.id)) {
        this.#raised.add(alert.id);
        this.onRaised(alert);
      }
      const seen_ms = Number(row.seen_ms);
      if (acknowledged && seen_ms > (this.#acknowledged.get(alert.id) ?? 0)) {
        this.#acknowledged.set(alert.id, seen_ms);
        this.onAcknowledged({ id: alert.id, acknowledged });
      }
    }
  }

  async #silent(now: number): Promise<Draft[]> {
    const { by, sources } = await readSilence(this.#services as Services, now);
    const expected = sources.filter(({ state }) => state !== 'unknown');
    const silent = expected.filter(
      ({ state, last_heard }) =>
        state === 'silent' && last_heard !== null && now - Date.parse(last_heard) < NEWS_MS,
    );
    if (silent.length >= FEWEST_PLACES && silent.length >= MOST_SHARE * expected.length) {
      return [
        {
          key: `silent everywhere ${cityDate(now)}`,
          ...NOTHING,
          kind: 'silent',
          at: by,
          value: silent.length,
          expected: expected.length,
          ...allSilentSentence(silent.length, expected.length),
        },
      ];
    }
    return silent.map((place) => ({
      key: `silent ${place.source_id} ${place.last_heard}`,
      ...NOTHING,
      kind: 'silent',
      area: place.ward,
      source_id: place.source_id,
      at: place.last_heard ?? by,
      value: place.missed_hours,
      ...silentSentence(place.name, place.missed_hours),
    }));
  }

  /** The last full hour against the same hour of the four weeks before: the city, districts and wards. */
  async #surges(now: number): Promise<Draft[]> {
    const hour = Math.floor((now + CITY_OFFSET_MS) / HOUR_MS) * HOUR_MS - CITY_OFFSET_MS - HOUR_MS;
    const hours = Array.from({ length: WEEKS + 1 }, (_, week) => (hour - week * 7 * DAY_MS) / 1000);
    const rows = await sameHours(this.#services.store, {
      hours,
      from_s: hours.at(-1) ?? 0,
      to_s: hours[0] ?? 0,
    });
    const counted = new Map<string, Map<number, number>>();
    for (const { ward, t, events } of rows)
      for (const area of this.#areasOf(ward)) {
        const of = counted.get(area) ?? new Map<number, number>();
        counted.set(area, of.set(Number(t), (of.get(Number(t)) ?? 0) + Number(events)));
      }
    const city = counted.get('');
    // A store that is younger than four weeks has weeks without anything: they are no baseline.
    const weeks = hours.slice(1).filter((t) => (city?.get(t) ?? 0) > 0);
    if (!city) return [];
    const toHour = (area: string, of: ReadonlyMap<number, number>): HourOfArea => ({
      area,
      events: of.get(hours[0] ?? 0) ?? 0,
      before: weeks.map((t) => of.get(t) ?? 0),
    });
    const areas = [...counted].filter(([area]) => area !== '').map(([area, of]) => toHour(area, of));
    return surges(toHour('', city), areas).map(({ area, events, expected }) => ({
      // Once a day and area: a surge of five hours is one.
      key: `surge ${area || 'city'} ${cityDate(startOfCityDay(hour))}`,
      ...NOTHING,
      kind: 'surge',
      area: area || null,
      at: toCityIso(hour),
      value: events,
      expected: Math.round(expected * 10) / 10,
      ...surgeSentence(this.#nameOf(area), events, expected),
    }));
  }

  #targetDraft(moment: Moment): Draft {
    const { campaign, area, measure, value, at } = moment;
    return {
      key: `target ${campaign} ${area ?? 'city'} ${measure} ${value}`,
      ...NOTHING,
      kind: 'target',
      ...{ area, campaign, at, value, expected: value },
      ...targetSentence(this.#nameOf(area ?? ''), moment),
    };
  }

  #areasOf(ward: string): string[] {
    if (ward === '') return [''];
    return ward.length === 5 ? [ward, this.#services.geography.parentOf(ward), ''] : [ward, ''];
  }

  #nameOf(area: string): AreaName | undefined {
    const { ward_by_code, district_by_code } = this.#services.geography.division('2025');
    return ward_by_code.get(area) ?? district_by_code.get(area);
  }

  #page(asked: Asked) {
    const { state = 'all', kind = '', from_ms = 0, to_ms = MOST_MS, limit = 10_000, id = '' } = asked;
    return alertsPage(this.#services.store, { state, kind, from_ms, to_ms, limit, id });
  }

  #warn(error: unknown): void {
    this.#log.warn({ err: error }, 'alerts could not be looked for or kept; it is tried again');
  }
}

/** 2100: later than anything. */
const MOST_MS = Date.UTC(2100, 0, 1);
const NOTHING = { area: null, source_id: null, campaign: null, value: null, expected: null } as const;
const ALERT_COLUMNS = [
  'id',
  'kind',
  'area',
  'source_id',
  'campaign',
  'at',
  'raised_at',
  'text',
  'text_en',
  'value',
  'expected',
] as const;

/** Two servers that find the same thing give it the same id. */
function idOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 22);
}

function alertRow(alert: AlertRaised, now: number): Buffer {
  const cells = ALERT_COLUMNS.map((column) => {
    if (column === 'raised_at') return toEngineTime(now);
    if (column === 'at') return toEngineTime(Date.parse(alert.at));
    const value = alert[column];
    if (value === null) return column === 'value' || column === 'expected' ? '\\N' : '';
    return String(value).replace(/[\\\t\n\r]/g, (character) => (character === '\\' ? '\\\\' : ' '));
  });
  return Buffer.from(`${cells.join('\t')}\n`);
}

/** What the webhook is sent. */
function webhookBody(alert: AlertRaised): string {
  return JSON.stringify({ type: 'alert.raised', timestamp: alert.at, data: alert });
}

function toAlert(row: AlertRow): Alert {
  const { id, kind, text, text_en, value, expected } = row;
  return {
    ...{ id, kind, text, text_en, value, expected },
    area: row.area || null,
    source_id: row.source_id || null,
    campaign: row.campaign || null,
    at: toCityIso(Number(row.at_ms)),
    raised_at: toCityIso(Number(row.raised_ms)),
    acknowledged:
      row.seen_by === ''
        ? null
        : { by: row.seen_by, at: toCityIso(Number(row.seen_ms)), note: row.seen_note },
  };
}
