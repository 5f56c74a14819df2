import { useWords } from '../i18n/index.ts';
import { formatNumber } from '../text/format.ts';

/** The page of a list on show, from 0, and the rows on it; a page beyond the end is the last. */
export function pageOf<T>(
  rows: readonly T[],
  page: number,
  page_rows: number,
): { at: number; pages: number; slice: T[] } {
  const pages = Math.max(1, Math.ceil(rows.length / page_rows));
  const at = Math.min(page, pages - 1);
  return { at, pages, slice: rows.slice(at * page_rows, (at + 1) * page_rows) };
}

/** From page to page of a long list; nothing for a single page. `at` from 0. */
export function Pager({ at, pages, go }: { at: number; pages: number; go: (page: number) => void }) {
  const { t, lang } = useWords();
  if (pages <= 1) return null;
  return (
    <div className="pager">
      <button type="button" className="button small" disabled={at === 0} onClick={() => go(at - 1)}>
        {t('pages.previous')}
      </button>
      <span role="status">
        {t('pages.page_of', { page: formatNumber(lang, at + 1), pages: formatNumber(lang, pages) })}
      </span>
      <button type="button" className="button small" disabled={at === pages - 1} onClick={() => go(at + 1)}>
        {t('pages.next')}
      </button>
    </div>
  );
}
