import type { Figures } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { formatNumber, formatRate, formatShare, NOTHING } from '../text/format.ts';
import type { ColumnId, TableRow } from './table-rows.ts';

const HIDEABLE: readonly ColumnId[] = ['rate', 'interval', 'events', 'learners', 'hours', 'fallback'];

/** How a cell of the table is written; what is hidden says so. */
export function useCellText(figures: Figures): (row: TableRow, column: ColumnId) => string {
  const { t, lang } = useWords();
  return (row, column) => {
    if (row.suppressed && HIDEABLE.includes(column)) return t('list.suppressed');
    if (!figures.coverage && HIDEABLE.includes(column)) return NOTHING;
    switch (column) {
      case 'name':
      case 'parent':
        return row[column];
      case 'rate':
        return formatRate(lang, row.rate);
      case 'interval':
        return row.interval === null ? NOTHING : `${formatRate(lang, row.low)}–${formatRate(lang, row.high)}`;
      case 'fallback':
        return formatShare(lang, row.fallback);
      default:
        return formatNumber(lang, row[column]);
    }
  };
}
