/** Columns in their order; `text` ones are written from the left; `hideable` ones speak of learners. */
export const COLUMNS = [
  { id: 'name', text: true, hideable: false },
  { id: 'parent', text: true, hideable: false },
  { id: 'class', text: true, hideable: true },
  { id: 'unreached', text: false, hideable: true },
  { id: 'rate', text: false, hideable: true },
  { id: 'interval', text: false, hideable: true },
  { id: 'rate_eb', text: false, hideable: true },
  { id: 'certainty', text: false, hideable: true },
  { id: 'rank', text: false, hideable: true },
  { id: 'underserved', text: true, hideable: true },
  { id: 'cluster', text: true, hideable: true },
  { id: 'quotient', text: false, hideable: true },
  { id: 'within', text: false, hideable: false },
  { id: 'access', text: false, hideable: false },
  { id: 'silent', text: false, hideable: false },
  { id: 'events', text: false, hideable: true },
  { id: 'learners', text: false, hideable: true },
  { id: 'headcount', text: false, hideable: true },
  { id: 'hours', text: false, hideable: true },
  { id: 'population', text: false, hideable: false },
  { id: 'density', text: false, hideable: false },
  { id: 'fallback', text: false, hideable: true },
  { id: 'ids', text: false, hideable: true },
  { id: 'linkable', text: false, hideable: true },
] as const;
export type ColumnId = (typeof COLUMNS)[number]['id'];

/** A group has a quotient and no rate, everybody has it the other way round: columns that say nothing are left out. */
export function columnsFor(group: boolean): readonly (typeof COLUMNS)[number][] {
  const of_everybody: readonly ColumnId[] = [
    'class',
    'unreached',
    'rate_eb',
    'certainty',
    'rank',
    'underserved',
    'cluster',
  ];
  return COLUMNS.filter(({ id }) => (group ? !of_everybody.includes(id) : id !== 'quotient'));
}
