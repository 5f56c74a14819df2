import { BASES } from '../../contract/coverage.ts';
import { DIVISIONS, LEARNER_GROUPS, SOURCES } from '../../contract/event.ts';
import { SourceRecordSchema } from '../../contract/source.ts';
import { AREA_COLUMNS } from '../../exports/areas.ts';
import { type FlatColumn, flatColumns } from '../../exports/flat-columns.ts';

/** What the collections are called. */
export const COLLECTION_IDS = ['wards', 'districts', 'places'] as const;
export type CollectionId = (typeof COLLECTION_IDS)[number];

/** One collection: what its features have, and what may be asked of it. */
export type Collection = {
  id: CollectionId;
  title: string;
  description: string;
  geometry: 'Polygon' | 'Point';
  columns: readonly FlatColumn[];
  /** Columns that a query parameter of the same name compares with. */
  filters: readonly FlatColumn[];
  /** What figures are asked for with, as coverage takes it. */
  figure_filters: readonly FlatColumn[];
};

const text = (name: string, description: string, values?: readonly string[]): FlatColumn => ({
  name,
  path: [name],
  type: 'string',
  description,
  ...(values ? { values } : {}),
});

/** What a feature's figures speak of, in every feature: a GIS keeps the table, not the answer around it. */
const WINDOW_COLUMNS = [
  { ...text('from', 'Start of the window, inclusive'), format: 'date-time' },
  { ...text('to', 'End of the window, exclusive'), format: 'date-time' },
  {
    ...text('as_of', 'received_at of the newest row counted; null in an empty store'),
    format: 'date-time',
  },
];
const AREA_FEATURE_COLUMNS = [...AREA_COLUMNS, ...WINDOW_COLUMNS];
const PLACE_COLUMNS = flatColumns(SourceRecordSchema).filter(({ name }) => name !== 'registered');

/** Figures by source, group, programme, basis or division, as `GET /api/v1/coverage` has them. */
const FIGURE_FILTERS = [
  text('source', 'Only events of this kind of source', SOURCES),
  text('group', 'Only learners of this group', LEARNER_GROUPS),
  text('programme', 'Only events with this tag'),
  text('basis', 'Counts by place or by home; without it counts by place and learners by home', BASES),
  text('division', 'Areas of this division; wards before the reform have counts only', DIVISIONS),
];

/** Names and classes can be asked for; nobody asks for a rate that is exactly 12.3. */
function comparable(columns: readonly FlatColumn[]): FlatColumn[] {
  return columns.filter(
    ({ type, format }) => (type === 'string' && format === undefined) || type === 'boolean',
  );
}

const FIGURES_TEXT =
  'with the figures of the window that datetime names (without it the last 90 days, today included). Figures about few people are null with suppressed = true';

export const COLLECTIONS: Readonly<Record<CollectionId, Collection>> = {
  wards: {
    id: 'wards',
    title: 'Phường, xã, đặc khu · Wards, communes, special zone',
    description: `Ward-level units ${FIGURES_TEXT}.`,
    geometry: 'Polygon',
    columns: AREA_FEATURE_COLUMNS,
    filters: comparable(AREA_FEATURE_COLUMNS),
    figure_filters: FIGURE_FILTERS,
  },
  districts: {
    id: 'districts',
    title: 'Quận, huyện (cũ) · Former districts',
    description: `Former districts ${FIGURES_TEXT}.`,
    geometry: 'Polygon',
    columns: AREA_FEATURE_COLUMNS,
    filters: comparable(AREA_FEATURE_COLUMNS),
    figure_filters: FIGURE_FILTERS,
  },
  places: {
    id: 'places',
    title: 'Nơi học · Places of learning',
    description:
      'Registered places of learning that have a position. They have no time: datetime leaves them all.',
    geometry: 'Point',
    columns: PLACE_COLUMNS,
    filters: comparable(PLACE_COLUMNS),
    figure_filters: [],
  },
};
