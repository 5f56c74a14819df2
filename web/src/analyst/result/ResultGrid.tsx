// biome-ignore-all lint/a11y/useSemanticElements: rows in sight are placed by hand, which a table's own layout forbids
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid holds the focus and names its active cell
import './ResultGrid.css';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type PointerEvent,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import { formatNumber } from '../../text/format.ts';
import type { Result } from '../use-run.ts';
import { useAnalystWords } from '../words.ts';
import { cellText, rawText } from './cell-text.ts';
import { columnWidths } from './column-widths.ts';
import type { Column } from './columns.ts';
import { boundsOf, cover, HEAD, moved, type Place, type Selection } from './selection.ts';
import { orderOf, type Sort } from './sort.ts';

const ROW_PX = 28;
const HEAD_PX = 44;
const GUTTER_PX = 64;

/** What a click on a column's head or Enter on it does: up, down, as it came. */
function nextSort(sort: Sort | null, column: number, number: boolean): Sort | null {
  if (sort?.column !== column) return { column, down: number };
  return sort.down === number ? { column, down: !number } : null;
}

const isNumber = ({ kind }: Column) => kind === 'number';
const ARROW = { ascending: '↑', descending: '↓', none: '' } as const;

/**
 * A result as a grid: only the rows and columns in sight are drawn. Arrows move, Shift selects, Ctrl-C copies with tabs
 * between, Enter on a head sorts what is loaded.
 */
export function ResultGrid({ result }: { result: Result }) {
  const { t, lang } = useAnalystWords();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [sort, setSort] = useState<Sort | null>(null);
  const [selection, setSelection] = useState<Selection | null>(null);
  const { columns, rows, count } = result;
  const order = useMemo(
    () => orderOf(rows, count, sort ? columns[sort.column] : undefined, sort),
    [rows, count, columns, sort],
  );
  // Widths come from the first rows and then stay: a grid that moves under the pointer cannot be read.
  const widths = useMemo(() => columnWidths(columns, rows, lang), [columns, rows, lang]);
  const rowsInSight = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
    scrollPaddingStart: HEAD_PX,
    scrollMargin: HEAD_PX,
  });
  const columnsInSight = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => widths[at] ?? 120,
    overscan: 2,
    scrollPaddingStart: GUTTER_PX,
    scrollMargin: GUTTER_PX,
  });
  const cellsInSight = columnsInSight.getVirtualItems();
  const width = GUTTER_PX + columnsInSight.getTotalSize();
  const rowAt = (at: number) => rows[order?.[at] ?? at];
  const active = selection?.active ?? null;
  const bounds = selection ? boundsOf(selection) : null;

  const choose = (place: Place, extend: boolean) => {
    setSelection((before) => cover(before, place, extend));
    if (place.row !== HEAD) rowsInSight.scrollToIndex(place.row);
    columnsInSight.scrollToIndex(place.column);
  };
  const toggle = (column: number) => {
    const one = columns[column];
    if (one) setSort(nextSort(sort, column, isNumber(one)));
  };
  const keys = (event: KeyboardEvent) => {
    const from = active ?? { row: 0, column: 0 };
    if ((event.ctrlKey || event.metaKey) && event.key === 'a') {
      event.preventDefault();
      setSelection({ anchor: { row: 0, column: 0 }, active: { row: count - 1, column: columns.length - 1 } });
      return;
    }
    if (event.key === 'Enter' && from.row === HEAD) return toggle(from.column);
    const page = Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 300) - HEAD_PX) / ROW_PX) - 1);
    const to = moved(from, event.key, event.ctrlKey || event.metaKey, {
      rows: count,
      columns: columns.length,
      page,
    });
    if (!to) return;
    event.preventDefault();
    choose(to, event.shiftKey);
  };
  const copy = (event: ClipboardEvent) => {
    if (!bounds) return;
    const lines: string[] = [];
    const named = bounds.top === HEAD || bounds.bottom > bounds.top || bounds.right > bounds.left;
    const span = Array.from({ length: bounds.right - bounds.left + 1 }, (_, at) => bounds.left + at);
    // More than one cell is pasted as a table, so it takes its heads along.
    if (named) lines.push(span.map((at) => columns[at]?.name ?? '').join('\t'));
    for (let at = Math.max(0, bounds.top); at <= bounds.bottom; at += 1) {
      const row = rowAt(at);
      lines.push(span.map((column) => rawText(row?.[column]).replaceAll(/[\t\n\r]+/g, ' ')).join('\t'));
    }
    event.clipboardData.setData('text/plain', lines.join('\n'));
    event.preventDefault();
  };
  const placeUnder = (event: PointerEvent): Place | null => {
    const cell = (event.target as Element).closest<HTMLElement>('[data-column]');
    return cell ? { row: Number(cell.dataset.row), column: Number(cell.dataset.column) } : null;
  };
  const sortOf = (column: number) =>
    sort?.column === column ? (sort.down ? 'descending' : 'ascending') : 'none';
  const isActive = (row: number, column: number) => active?.row === row && active.column === column;
  const isSelected = (row: number, column: number) =>
    bounds !== null &&
    row >= bounds.top &&
    row <= bounds.bottom &&
    column >= bounds.left &&
    column <= bounds.right;
  return (
    <div
      className="grid-scroll"
      ref={scroller}
      role="grid"
      aria-label={t('grid.label', { rows: formatNumber(lang, count), columns: columns.length })}
      aria-rowcount={result.done && !result.more ? count + 1 : -1}
      aria-colcount={columns.length}
      aria-multiselectable="true"
      aria-activedescendant={active ? `${id}-${active.row}-${active.column}` : undefined}
      aria-describedby={`${id}-keys`}
      tabIndex={0}
      onFocus={() => {
        if (!active && count > 0)
          setSelection({ anchor: { row: 0, column: 0 }, active: { row: 0, column: 0 } });
      }}
      onKeyDown={keys}
      onCopy={copy}
      onPointerDown={(event) => {
        const place = placeUnder(event);
        if (!place || event.button !== 0) return;
        if (place.row === HEAD) toggle(place.column);
        setSelection((before) => cover(before, place, event.shiftKey && place.row !== HEAD));
      }}
      onPointerMove={(event) => {
        if (event.buttons !== 1 || event.pointerType === 'touch') return;
        const place = placeUnder(event);
        if (place && place.row !== HEAD && !(place.row === active?.row && place.column === active.column)) {
          setSelection((before) => cover(before, place, true));
        }
      }}
      data-testid="grid"
    >
      <div className="grid-head" role="row" aria-rowindex={1} style={{ width }}>
        <span className="grid-gutter" aria-hidden="true" />
        {cellsInSight.map(({ index, start, size }) => {
          const column = columns[index];
          if (!column) return null;
          return (
            <span
              key={index}
              id={`${id}-${HEAD}-${index}`}
              role="columnheader"
              tabIndex={-1}
              aria-colindex={index + 1}
              aria-sort={sortOf(index)}
              className={`${isNumber(column) ? 'number' : ''} ${isActive(HEAD, index) ? 'active' : ''}`}
              style={{ left: start, width: size }}
              title={`${column.name} ${column.type}`}
              data-row={HEAD}
              data-column={index}
              data-testid="grid-column"
            >
              <b>
                {column.name} <span aria-hidden="true">{ARROW[sortOf(index)]}</span>
              </b>
              <small>{column.type}</small>
            </span>
          );
        })}
      </div>
      <div className="grid-body" role="rowgroup" style={{ width, height: rowsInSight.getTotalSize() }}>
        {rowsInSight.getVirtualItems().map(({ index: at, start }) => {
          const row = rowAt(at);
          return (
            <div
              key={at}
              className="grid-row"
              role="row"
              aria-rowindex={at + 2}
              style={{ width, transform: `translateY(${start - HEAD_PX}px)` }}
              data-testid="grid-row"
              data-at={at}
            >
              <span className="grid-gutter" aria-hidden="true">
                {formatNumber(lang, at + 1)}
              </span>
              {cellsInSight.map(({ index, start: left, size }) => {
                const column = columns[index];
                if (!column) return null;
                const value = row?.[index];
                return (
                  <span
                    key={index}
                    id={`${id}-${at}-${index}`}
                    role="gridcell"
                    tabIndex={-1}
                    aria-colindex={index + 1}
                    aria-selected={isSelected(at, index)}
                    className={`${isNumber(column) ? 'number' : ''} ${value === null ? 'null' : ''} ${isActive(at, index) ? 'active' : ''}`}
                    style={{ left, width: size }}
                    data-row={at}
                    data-column={index}
                  >
                    {cellText(value, column, lang)}
                  </span>
                );
              })}
            </div>
          );
        })}
      </div>
      <p id={`${id}-keys`} className="hidden-text">
        {t('grid.keys')}
      </p>
    </div>
  );
}
