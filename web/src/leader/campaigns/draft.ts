import {
  CAMPAIGN_ID_PATTERN,
  CAMPAIGN_MEASURES,
  type Campaign,
  type CampaignInput,
  type CampaignMeasure,
} from '../../../../server/contract/campaign.ts';
import { fold } from '../../text/fold.ts';
import { dayStart } from '../../text/window.ts';

/** A campaign as its form has it: what was typed. */
export type CampaignDraft = {
  id: string;
  name_vi: string;
  name_en: string;
  programmes: string[];
  first_day: string;
  last_day: string;
  areas: string[];
  targets: Record<CampaignMeasure, string>;
  public: boolean;
  /** Targets of single wards; the form keeps them as they are. */
  ward_targets: Campaign['ward_targets'];
};

/** Fields of the form by the names that the API gives them. */
export type DraftField =
  | 'id'
  | 'name_vi'
  | 'name_en'
  | 'programmes'
  | 'first_day'
  | 'last_day'
  | 'areas'
  | 'public'
  | `targets.${CampaignMeasure}`;
export type DraftFault =
  | 'required'
  | 'id'
  | 'taken'
  | 'reserved'
  | 'too_long'
  | 'no_programme'
  | 'many_programmes'
  | 'day'
  | 'order'
  | 'target';

const LONGEST_NAME = 200;
const MOST_PROGRAMMES = 20;
const MOST_TARGET = 1_000_000_000_000;
const LONGEST_ID = 64;
/** Addresses below `/live` that are pages of their own. */
const RESERVED = ['replay'];

export const EMPTY_DRAFT: CampaignDraft = {
  id: '',
  name_vi: '',
  name_en: '',
  programmes: [],
  first_day: '',
  last_day: '',
  areas: [],
  targets: { events: '', learners: '', minutes: '', wards: '' },
  public: false,
  ward_targets: {},
};

/** A campaign ready to be edited. */
export function draftOf(campaign: Campaign): CampaignDraft {
  const { id, name_vi, name_en, programmes, first_day, last_day, areas, targets, ward_targets } = campaign;
  const written = Object.fromEntries(
    CAMPAIGN_MEASURES.map((measure) => [measure, targets[measure] === null ? '' : String(targets[measure])]),
  ) as CampaignDraft['targets'];
  return {
    ...{ id, name_vi, name_en, programmes, first_day, last_day, areas, ward_targets },
    targets: written,
    public: campaign.public,
  };
}

/** An id made of a name: `Tuần lễ học tập 2026` → `tuan-le-hoc-tap-2026`. */
export function idOf(name: string): string {
  return fold(name).replaceAll(' ', '-').slice(0, LONGEST_ID).replace(/-$/, '');
}

/** A whole number as people type it, with points, commas or spaces between thousands; NaN for anything else. */
export function wholeNumber(typed: string): number {
  const text = typed.trim();
  if (/^\d+$/.test(text)) return Number(text);
  return /^\d{1,3}([.,\s\u00a0]\d{3})+$/.test(text) ? Number(text.replace(/\D/g, '')) : Number.NaN;
}

function nameFault(name: string): DraftFault | undefined {
  if (name.trim() === '') return 'required';
  return name.trim().length > LONGEST_NAME ? 'too_long' : undefined;
}

function idFault(id: string, taken: ReadonlySet<string>): DraftFault | undefined {
  if (id === '') return 'required';
  if (!new RegExp(CAMPAIGN_ID_PATTERN).test(id)) return 'id';
  if (RESERVED.includes(id)) return 'reserved';
  return taken.has(id) ? 'taken' : undefined;
}

function targetFault(typed: string): DraftFault | undefined {
  if (typed.trim() === '') return undefined;
  const value = wholeNumber(typed);
  return value >= 1 && value <= MOST_TARGET ? undefined : 'target';
}

/** What is wrong with a draft, field by field; `taken`: ids that exist already. */
export function checkDraft(
  draft: CampaignDraft,
  taken: ReadonlySet<string>,
): Partial<Record<DraftField, DraftFault>> {
  const [first, last] = [dayStart(draft.first_day), dayStart(draft.last_day)];
  const count = draft.programmes.length;
  const found: [DraftField, DraftFault | undefined][] = [
    ['id', idFault(draft.id.trim(), taken)],
    ['name_vi', nameFault(draft.name_vi)],
    ['name_en', nameFault(draft.name_en)],
    ['programmes', count === 0 ? 'no_programme' : count > MOST_PROGRAMMES ? 'many_programmes' : undefined],
    ['first_day', Number.isNaN(first) ? 'day' : undefined],
    ['last_day', Number.isNaN(last) ? 'day' : last < first ? 'order' : undefined],
    ...CAMPAIGN_MEASURES.map((measure): [DraftField, DraftFault | undefined] => [
      `targets.${measure}`,
      targetFault(draft.targets[measure]),
    ]),
  ];
  return Object.fromEntries(found.filter(([, fault]) => fault !== undefined));
}

/** A draft without faults as `PUT /api/v1/campaigns/ID` takes it. */
export function inputOf(draft: CampaignDraft): CampaignInput {
  const target = (measure: CampaignMeasure) =>
    draft.targets[measure].trim() === '' ? null : wholeNumber(draft.targets[measure]);
  return {
    name_vi: draft.name_vi.trim(),
    name_en: draft.name_en.trim(),
    programmes: draft.programmes,
    first_day: draft.first_day,
    last_day: draft.last_day,
    areas: draft.areas,
    targets: {
      events: target('events'),
      learners: target('learners'),
      minutes: target('minutes'),
      wards: target('wards'),
    },
    ward_targets: draft.ward_targets,
    public: draft.public,
  };
}

/** The form's field that a field of the API's answer belongs to: `/programmes/0` and `programmes` are one. */
export function fieldOf(name: string): string {
  const path = name.replace(/^[/.]|^body[/.]/, '').replaceAll('/', '.');
  return path.startsWith('targets.') ? path : (path.split('.')[0] ?? path);
}
