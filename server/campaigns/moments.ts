import type { FastifyBaseLogger } from 'fastify';
import type { Moment } from '../contract/campaign.ts';
import { toCityIso } from '../contract/time.ts';
import type { Store } from '../store/client.ts';
import { toEngineTime } from '../store/event-row.ts';
import { campaignMoments } from '../store/queries.ts';
import type { Reached } from './campaign-count.ts';

const RETRY_MS = 5_000;

/**
 * The moments at which campaigns reached targets and round numbers. Each is kept once: what was reached, fell back after
 * an event was withdrawn, and is reached again was reached the first time.
 */
export class Moments {
  readonly #store: Store;
  readonly #log: FastifyBaseLogger;
  readonly #byCampaign = new Map<string, Map<string, Moment>>();
  #unsaved: Moment[] = [];
  #saving: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(store: Store, log: FastifyBaseLogger) {
    this.#store = store;
    this.#log = log;
  }

  /** Reads the store again; what another server saw earlier stands. */
  async reload(): Promise<void> {
    for (const { campaign_id, at_ms, value, area, ...rest } of await campaignMoments(this.#store, {})) {
      const moment = momentOf(campaign_id, { ...rest, area, value: Number(value), at_ms: Number(at_ms) });
      this.#of(campaign_id).set(moment.id, moment);
    }
  }

  /** Moments of a campaign, newest first. */
  list(campaign: string): Moment[] {
    return [...this.#of(campaign).values()].sort(
      (a, b) => Date.parse(b.at) - Date.parse(a.at) || (a.id < b.id ? -1 : 1),
    );
  }

  /** When a target of this value was met; null when it was not. */
  metAt(campaign: string, { level, area, measure, value }: Omit<Reached, 'kind' | 'at_ms'>): string | null {
    const wanted = momentOf(campaign, { kind: 'target', level, area, measure, value, at_ms: 0 });
    return this.#of(campaign).get(wanted.id)?.at ?? null;
  }

  /** Keeps what a campaign reached and returns the moments that are new. */
  add(campaign: string, reached: readonly Reached[]): Moment[] {
    const known = this.#of(campaign);
    const fresh = reached.map((one) => momentOf(campaign, one)).filter(({ id }) => !known.has(id));
    for (const moment of fresh) known.set(moment.id, moment);
    this.#unsaved.push(...fresh);
    if (fresh.length > 0) void this.settled();
    return fresh;
  }

  /** Resolves when everything is in the store, or the store did not take it; then it is tried again later. */
  settled(): Promise<void> {
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined;
    });
    return this.#saving;
  }

  async close(): Promise<void> {
    clearTimeout(this.#retry);
    await this.settled();
    clearTimeout(this.#retry);
  }

  async #save(): Promise<void> {
    while (this.#unsaved.length > 0) {
      const batch = this.#unsaved;
      try {
        await this.#store.insertObjects('campaign_moments', batch.map(toRow));
        this.#unsaved = this.#unsaved.slice(batch.length);
      } catch (error) {
        this.#log.warn({ err: error }, 'moments of a campaign could not be kept; it is tried again');
        this.#retry = setTimeout(() => void this.settled(), RETRY_MS);
        this.#retry.unref();
        return;
      }
    }
  }

  #of(campaign: string): Map<string, Moment> {
    let moments = this.#byCampaign.get(campaign);
    if (!moments) {
      moments = new Map();
      this.#byCampaign.set(campaign, moments);
    }
    return moments;
  }
}

function momentOf(campaign: string, { kind, level, area, measure, value, at_ms }: Reached): Moment {
  const id = [campaign, kind, area || 'city', measure, value].join('.');
  return { id, campaign, kind, level, area: area || null, measure, value, at: toCityIso(at_ms) };
}

function toRow({ campaign, kind, level, area, measure, value, at }: Moment) {
  return {
    campaign_id: campaign,
    ...{ kind, level, measure, value },
    area: area ?? '',
    at: toEngineTime(Date.parse(at)),
  };
}
