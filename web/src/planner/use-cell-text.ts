import { useCellWords } from '../figures/use-cell-words.ts';
import type { Figures } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { formatNumber, formatRate, formatShare, NOTHING } from '../text/format.ts';
import { COLUMNS, type ColumnId } from './columns.ts';
import type { TableRow } from './table-rows.ts';

const HIDEABLE = new Set<ColumnId>(COLUMNS.filter((column) => column.hideable).map(({ id }) => id));
const CLUSTER_WORDS = {
  'high-high': 'table.cluster_high_high',
  'low-low': 'table.cluster_low_low',
  'high-low': 'table.cluster_high_low',
  'low-high': 'table.cluster_low_high',
  not_significant: 'table.cluster_not_significant',
  isolated: 'table.cluster_isolated',
  edge: 'table.cluster_edge',
} as const;

/** How a cell of the table is written; what is hidden says so. */
export function useCellText(figures: Figures): (row: TableRow, column: ColumnId) => string {
  const { t, lang } = useWords();
  const words = useCellWords();
  const yes = (value: boolean | null) => (value === null ? NOTHING : t(value ? 'table.yes' : 'table.no'));
  return (row, column) => {
    if (row.suppressed && HIDEABLE.has(column)) return t('list.suppressed');
    if (!figures.coverage && HIDEABLE.has(column)) return NOTHING;
    switch (column) {
      case 'name':
      case 'parent':
        return row[column];
      case 'class':
        return row.class === null ? NOTHING : words(row.class);
      case 'underserved':
        return yes(row.underserved);
      case 'cluster':
        return row.cluster === null ? NOTHING : t(CLUSTER_WORDS[row.cluster]);
      case 'rate':
      case 'rate_eb':
      case 'access':
        return formatRate(lang, row[column]);
      case 'interval':
        return row.interval === null ? NOTHING : `${formatRate(lang, row.low)}–${formatRate(lang, row.high)}`;
      case 'rank':
        return row.rank === null ? NOTHING : `${row.rank_low}–${row.rank_high}`;
      case 'quotient':
        return formatNumber(lang, row.quotient, 2);
      case 'certainty':
      case 'within':
      case 'fallback':
      case 'ids':
      case 'linkable':
        return formatShare(lang, row[column]);
      default:
        return formatNumber(lang, row[column]);
    }
  };
}
