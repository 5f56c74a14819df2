import type { Campaign, CampaignInput, Contact, WardTarget } from '../contract/campaign.ts';
import { toCityIso } from '../contract/time.ts';
import { badParameter, ProblemError } from '../errors.ts';
import type { Geography } from '../geography.ts';
import type { Store } from '../store/client.ts';
import { toEngineTime } from '../store/event-row.ts';
import { campaignContacts, campaignsSaved, type SavedCampaignRow } from '../store/queries.ts';
import { type CampaignRecord, spanOf, wardsOf } from './campaign.ts';

/** A campaign may not be longer, days. */
const MOST_DAYS = 400;

/** The campaigns and who answers for their wards, in memory for readers and in the store for ever. */
export class CampaignBook {
  readonly #store: Store;
  #byId = new Map<string, CampaignRecord>();
  #contacts = new Map<string, Map<string, Contact>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Reads the store again. */
  async reload(): Promise<void> {
    const [rows, contacts] = await Promise.all([
      campaignsSaved(this.#store, {}),
      campaignContacts(this.#store, {}),
    ]);
    this.#byId = new Map(rows.map((row) => [row.id, fromRow(row)]));
    const byCampaign = new Map<string, Map<string, Contact>>();
    for (const { campaign_id, ...contact } of contacts) {
      const wards = byCampaign.get(campaign_id) ?? new Map<string, Contact>();
      byCampaign.set(campaign_id, wards.set(contact.ward, contact));
    }
    this.#contacts = byCampaign;
  }

  /** Newest first. */
  get all(): CampaignRecord[] {
    return [...this.#byId.values()].sort((a, b) => b.from_ms - a.from_ms || (a.id < b.id ? -1 : 1));
  }

  get(id: string): CampaignRecord | undefined {
    return this.#byId.get(id);
  }

  /** Who answers for each ward of a campaign, by ward. */
  contacts(id: string): ReadonlyMap<string, Contact> {
    return this.#contacts.get(id) ?? new Map();
  }

  /** Saves a campaign, new or anew. Throws 409 where another one is public already. */
  async put(record: CampaignRecord, saved_by: string): Promise<void> {
    const other = this.all.find((one) => one.public && one.id !== record.id);
    if (record.public && other) {
      throw new ProblemError(
        409,
        'public-taken',
        `public: given true, but the campaign "${other.id}" is public and one can be; set public to false there first`,
        { fields: [{ field: 'public', given: 'true', allowed: `false while "${other.id}" is public` }] },
      );
    }
    await this.#write(record, saved_by, false);
    this.#byId.set(record.id, record);
  }

  /** Takes a campaign off; its events and moments stay. False when there is none of that id. */
  async remove(id: string, saved_by: string): Promise<boolean> {
    const record = this.#byId.get(id);
    if (!record) return false;
    await this.#write(record, saved_by, true);
    this.#byId.delete(id);
    return true;
  }

  /** Replaces the contacts of some wards; one without name and telephone is removed. */
  async putContacts(id: string, contacts: readonly Contact[]): Promise<void> {
    const updated_at = toEngineTime(Date.now());
    const isNone = ({ name, telephone }: Contact) => name === '' && telephone === '';
    await this.#store.insertObjects(
      'campaign_contacts',
      contacts.map((contact) => ({ campaign_id: id, ...contact, updated_at, removed: isNone(contact) })),
    );
    const known = new Map(this.contacts(id));
    for (const contact of contacts) {
      if (isNone(contact)) known.delete(contact.ward);
      else known.set(contact.ward, contact);
    }
    this.#contacts.set(id, known);
  }

  async #write(record: CampaignRecord, saved_by: string, removed: boolean): Promise<void> {
    const { id, name_vi, name_en, programmes, first_day, last_day, areas, targets, ward_targets } = record;
    await this.#store.insertObjects('campaigns', [
      {
        ...{ id, name_vi, name_en, programmes, first_day, last_day, areas, public: record.public },
        target_events: targets.events,
        target_learners: targets.learners,
        target_minutes: targets.minutes,
        target_wards: targets.wards,
        ward_targets: JSON.stringify(ward_targets),
        ...{ saved_by, updated_at: toEngineTime(Date.parse(record.updated_at)), removed },
      },
    ]);
  }
}

function fromRow(row: SavedCampaignRow): CampaignRecord {
  const number = (text: string | null) => (text === null ? null : Number(text));
  const { id, name_vi, name_en, programmes, first_day, last_day, areas } = row;
  return {
    ...{ id, name_vi, name_en, programmes, first_day, last_day, areas, public: row.public },
    targets: {
      events: number(row.target_events),
      learners: number(row.target_learners),
      minutes: number(row.target_minutes),
      wards: number(row.target_wards),
    },
    ward_targets: JSON.parse(row.ward_targets || '{}') as Record<string, WardTarget>,
    updated_at: toCityIso(Number(row.updated_ms)),
    ...spanOf(row),
  };
}

/** What was sent as a campaign to keep. Throws 400 naming the field that does not fit the calendar or the city. */
export function readCampaign(
  id: string,
  input: CampaignInput,
  geography: Geography,
  now: number,
): CampaignRecord {
  const { from_ms, to_ms } = spanOf(input);
  if (Number.isNaN(from_ms))
    throw badParameter('first_day', input.first_day, 'a day of the calendar, YYYY-MM-DD');
  if (Number.isNaN(to_ms))
    throw badParameter('last_day', input.last_day, 'a day of the calendar, YYYY-MM-DD');
  if (to_ms <= from_ms) throw badParameter('last_day', input.last_day, `${input.first_day} or later`);
  if (to_ms - from_ms > MOST_DAYS * 86_400_000)
    throw badParameter('last_day', input.last_day, `at most ${MOST_DAYS} days after first_day`);
  const { ward_by_code, district_by_code } = geography.division('2025');
  const areas = [...new Set(input.areas ?? [])];
  const unknown = areas.find((code) => !ward_by_code.has(code) && !district_by_code.has(code));
  if (unknown !== undefined)
    throw badParameter('areas', unknown, 'codes of wards and former districts of division 2025');
  const wards = new Set(wardsOf({ areas }, geography));
  const stray = Object.keys(input.ward_targets ?? {}).find((code) => !wards.has(code));
  if (stray !== undefined)
    throw badParameter('ward_targets', stray, "codes of wards in the campaign's areas");
  const most = wards.size;
  if ((input.targets.wards ?? 0) > most)
    throw badParameter('targets.wards', input.targets.wards, `at most ${most}, the wards in its areas`);
  return {
    id,
    name_vi: input.name_vi.normalize('NFC').trim(),
    name_en: input.name_en.normalize('NFC').trim(),
    programmes: [...new Set(input.programmes)],
    first_day: input.first_day,
    last_day: input.last_day,
    areas,
    targets: input.targets,
    ward_targets: input.ward_targets ?? {},
    public: input.public ?? false,
    updated_at: toCityIso(now),
    from_ms,
    to_ms,
  } satisfies Omit<Campaign, 'state'> & { from_ms: number; to_ms: number };
}
