import './TableView.css';
import {
  type ColumnDef,
  createSortedRowModel,
  rowSortingFeature,
  sortFn_basic,
  sortFn_text,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useMemo } from 'react';
import { useSqlAddress } from '../analyst/FigureSql.tsx';
import { followHere, type SqlFigure } from '../analyst/OpenSql.tsx';
import { choose } from '../choose.ts';
import { useCellWords } from '../figures/use-cell-words.ts';
import { type Figures, useShownWindow } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { useLiveVersion } from '../live/use-live.ts';
import { setView, usePage, useView } from '../state.ts';
import { COLUMNS, type ColumnId, columnsFor } from './columns.ts';
import { FiguresAsOf } from './FiguresAsOf.tsx';
import { type TableRow, tableRows } from './table-rows.ts';
import { useCellText } from './use-cell-text.ts';
import { useParentNames } from './use-parent-names.ts';
import { useTableSort } from './use-table-sort.ts';
import { useWindowText } from './use-window-text.ts';

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { basic: sortFn_basic, text: sortFn_text },
});

const columns: ColumnDef<typeof features, TableRow>[] = COLUMNS.map(({ id, text }) => ({
  id,
  accessorFn: (row: TableRow) => sortable(row[id]),
  sortFn: text && id !== 'class' && id !== 'underserved' ? 'text' : 'basic',
  // What is hidden or unknown stays at the end whichever way the column is sorted.
  sortUndefined: 'last',
  sortDescFirst: !text,
}));

function sortable(value: string | number | boolean | null): string | number | undefined {
  return typeof value === 'boolean' ? Number(value) : (value ?? undefined);
}

/** Columns whose cells open their SQL. */
const SQL_OF: Partial<Record<ColumnId, SqlFigure>> = {
  unreached: 'unreached',
  rate: 'rate',
  rate_eb: 'rate_eb',
  events: 'events',
  learners: 'learners',
  headcount: 'headcount',
  population: 'population',
  density: 'density_per_km2',
  fallback: 'fallback_share',
  ids: 'id_share',
  linkable: 'linkable_share',
};

const ARIA = { asc: 'ascending', desc: 'descending' } as const;
const ARROW = { asc: '↑', desc: '↓' } as const;

function useCaption(figures: Figures): string {
  const { t } = useWords();
  const { source, group } = useView((view) => view);
  const window = useShownWindow();
  const windowText = useWindowText();
  return t('table.caption', {
    group: t(`group.${group ?? 'all'}`),
    level: t(`level.${figures.level}`),
    window: windowText(window),
    source: t(`source.${source ?? 'all'}`),
  });
}

/** Which cells of the 3×3 legend the rows are of: the table has no legend to see it by. */
function FilterNote({ figures }: { figures: Figures }) {
  const { t } = useWords();
  const words = useCellWords();
  const cells = useView((view) => view.cells);
  if (figures.figure !== 'coverage' || cells.length === 0) return null;
  return (
    <p className="table-why" role="status">
      {t('table.only')}: {cells.map(words).join(' · ')}{' '}
      <button type="button" className="link" onClick={() => setView({ cells: [] })}>
        {t('cells.clear')}
      </button>
    </p>
  );
}

/** The map's figures as a table: for screen readers, for comparing, and where there is no WebGL. */
export default function TableView({ figures }: { figures: Figures }) {
  const { t, lang } = useWords();
  const trouble = usePage((page) => page.map_trouble);
  const parents = useParentNames();
  const caption = useCaption(figures);
  const cellText = useCellText(figures);
  const sqlAddress = useSqlAddress(figures.level);
  /** A figure as a link to its SQL, by pointer; by keyboard the same link is on the area's card. */
  const cell = (row: TableRow, id: ColumnId) => {
    const text = cellText(row, id);
    const asked = SQL_OF[id];
    const figure = asked === 'events' && figures.live ? 'live_events' : asked;
    const address = figure && row[id] !== null && !row.suppressed ? sqlAddress(figure, row.code) : null;
    if (address === null) return text;
    return (
      <a
        className="cell-sql"
        href={address}
        tabIndex={-1}
        title={t('open_sql', { what: text })}
        onClick={followHere}
      >
        {text}
      </a>
    );
  };
  const version = useLiveVersion(1_000, figures.live);
  const data = useMemo(
    () => (version >= 0 ? tableRows(figures, lang, parents) : []),
    [figures, lang, parents, version],
  );
  const selected = useView((view) => view.area);
  const group = useView((view) => view.group !== null);
  const shown = columnsFor(group);
  const { sorting, change } = useTableSort(group);
  const table = useTable({
    features,
    columns,
    data,
    state: { sorting },
    onSortingChange: change,
    enableSortingRemoval: false,
  });
  return (
    <section className={selected ? 'table-view beside' : 'table-view'} aria-label={caption}>
      <p className="table-why" data-testid="table-why">
        {t(`table.why_${trouble ?? 'asked'}`)}{' '}
        {trouble === null && (
          <button
            type="button"
            className="button"
            onClick={() => setView({ view: 'map' })}
            data-testid="to-map"
          >
            {t('table.to_map')}
          </button>
        )}
      </p>
      <FilterNote figures={figures} />
      <table data-testid="table" aria-busy={figures.busy}>
        <caption>
          <span>{caption}</span>
          <FiguresAsOf figures={figures} />
        </caption>
        <thead>
          {table.getHeaderGroups().map((heads) => (
            <tr key={heads.id}>
              {heads.headers
                .filter(({ id }) => shown.some((one) => one.id === id))
                .map(({ id, column }) => {
                  const sorted = column.getIsSorted();
                  return (
                    <th
                      key={id}
                      scope="col"
                      aria-sort={sorted ? ARIA[sorted] : 'none'}
                      className={COLUMNS.find((one) => one.id === id)?.text ? 'text' : undefined}
                    >
                      <button type="button" onClick={column.getToggleSortingHandler()}>
                        {t(`table.${id as ColumnId}`)}
                        <span aria-hidden="true">{sorted ? ARROW[sorted] : ''}</span>
                      </button>
                    </th>
                  );
                })}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map(({ id, original }) => (
            <tr
              key={id}
              className={original.code === selected ? 'selected' : undefined}
              data-testid="table-row"
              data-code={original.code}
            >
              {shown.map((column) =>
                column.id === 'name' ? (
                  <th key={column.id} scope="row">
                    <button type="button" onClick={() => choose(original.code)}>
                      {original.name}
                    </button>
                  </th>
                ) : (
                  <td key={column.id} className={column.text ? 'text' : undefined}>
                    {cell(original, column.id)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
