import './CellGrid.css';
import { type KeyboardEvent, useState } from 'react';
import { cellLimits } from '../figures/cell-limits.ts';
import type { LegendContent } from '../figures/legend-items.ts';
import { useCellWords } from '../figures/use-cell-words.ts';
import type { Figures } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { setView, useView } from '../state.ts';
import { formatNumber, formatRate } from '../text/format.ts';
import { CELLS, type Cell } from '../url-state.ts';

/** Rows of the legend from top to bottom: low reach first, each from sparse to dense. */
const ROWS = [0, 1, 2].map((reach) => CELLS.filter((cell) => cell % 3 === reach));
const ORDER = ROWS.flat();
const STEPS: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 3, ArrowUp: -3 };

/** Chooses a cell, or lets it go; all nine together are none. */
function toggled(cells: readonly Cell[], cell: Cell): Cell[] {
  const next = cells.includes(cell)
    ? cells.filter((one) => one !== cell)
    : CELLS.filter((one) => one === cell || cells.includes(one));
  return next.length === CELLS.length ? [] : next;
}

function walk(event: KeyboardEvent<HTMLFieldSetElement>): void {
  const step = STEPS[event.key];
  const cells = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('.cell')];
  const at = cells.indexOf(document.activeElement as HTMLButtonElement);
  if (step === undefined || at < 0) return;
  event.preventDefault();
  cells[at + step]?.focus();
}

/** The 3×3 legend: colours, limits with units, how many areas are in each cell; pressing a cell filters. */
export function CellGrid({ figures, content }: { figures: Figures; content: LegendContent }) {
  const { t, lang } = useWords();
  const chosen = useView((view) => view.cells);
  const words = useCellWords();
  const [reached, setReached] = useState<Cell>(6);
  const limits = cellLimits(figures.coverage);
  const shown = chosen.reduce<number>((sum, cell) => sum + (content.cells[cell] ?? 0), 0);
  return (
    <div className="cells">
      <p className="cells-axis">{t('cells.reach')} ↓</p>
      <div className="cells-body">
        <div className="cells-reach" aria-hidden="true">
          {limits.reach.map((limit, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an axis has two limits, and they have no other name
            <span key={at}>{limit === null ? '' : formatRate(lang, limit)}</span>
          ))}
        </div>
        <fieldset
          className="cells-grid"
          aria-label={`${t('cells.title')}. ${t('cells.hint')}`}
          onKeyDown={walk}
          data-testid="cells"
        >
          {ORDER.map((cell) => {
            const n = content.cells[cell] ?? 0;
            // What the map does not show, the legend does not hold up as a colour.
            const lit = n > 0 && (chosen.length === 0 || chosen.includes(cell));
            return (
              <button
                key={cell}
                type="button"
                className={lit ? 'cell' : 'cell none'}
                data-cell={cell}
                data-dense={lit && cell >= 6}
                style={lit ? { background: `var(--cell-${cell})` } : undefined}
                aria-pressed={chosen.includes(cell)}
                aria-label={t('cells.button', { name: words(cell), n })}
                title={words(cell)}
                tabIndex={cell === reached ? 0 : -1}
                onFocus={() => setReached(cell)}
                onClick={() => setView({ cells: toggled(chosen, cell) })}
                data-testid="cell"
              >
                {formatNumber(lang, n)}
              </button>
            );
          })}
        </fieldset>
        <div className="cells-density" aria-hidden="true">
          {limits.density.map((limit, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <span key={at}>{limit === null ? '' : formatNumber(lang, limit)}</span>
          ))}
        </div>
      </div>
      <p className="cells-axis">{t('cells.density')} →</p>
      <p className="hidden-text">
        {t('cells.reach')}: {limits.reach.map((limit) => formatRate(lang, limit)).join('; ')}.{' '}
        {t('cells.density')}: {limits.density.map((limit) => formatNumber(lang, limit)).join('; ')}.
      </p>
      {chosen.length > 0 && (
        <p className="cells-filter" role="status" data-testid="cells-filter">
          <span>{t('cells.filtered', { cells: chosen.length, n: formatNumber(lang, shown) })}</span>
          <button
            type="button"
            className="link"
            onClick={() => setView({ cells: [] })}
            data-testid="cells-clear"
          >
            {t('cells.clear')}
          </button>
        </p>
      )}
    </div>
  );
}
