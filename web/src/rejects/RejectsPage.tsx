import './Rejects.css';
import { useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { REJECT_REASONS, type RejectReason, SOURCES } from '../../../server/contract/event.ts';
import { useSources } from '../api/queries.ts';
import { request } from '../api/send.ts';
import { useWords } from '../i18n/index.ts';
import { type Choice, Combobox } from '../shell/Combobox.tsx';
import { Failure, Page } from '../shell/Page.tsx';
import { download } from '../text/download.ts';
import { formatNumber } from '../text/format.ts';
import { askedOf, type Filters, parseFilters, writeFilters } from './filters.ts';
import { RejectsTable } from './RejectsTable.tsx';
import { useRejects } from './use-rejects.ts';

const NO_FILTERS: Filters = { source: '', reason: '', from: '', to: '' };

function useFilters(): [Filters, (patch: Partial<Filters>) => void] {
  const search = useSearch();
  const [path, go] = useLocation();
  const filters = useMemo(() => parseFilters(search), [search]);
  return [filters, (patch) => go(path + writeFilters(search, { ...filters, ...patch }), { replace: true })];
}

function FilterPart({ filters, change }: { filters: Filters; change: (patch: Partial<Filters>) => void }) {
  const { t } = useWords();
  const sources = useSources().data?.sources;
  const choices = useMemo<Choice[]>(
    () => [
      ...SOURCES.map((source) => ({ code: source, name: t(`source.${source}`), about: t('places.kind') })),
      ...(sources ?? []).map(({ source_id, name }) => ({ code: source_id, name })),
    ],
    [sources, t],
  );
  const filtered = Object.values(filters).some((value) => value !== '');
  return (
    <section className="part" aria-label={t('rejects.filters')}>
      <div className="fields">
        <Combobox
          label={t('rejects.source')}
          choices={choices}
          value={filters.source}
          change={(source) => change({ source })}
          late
          testid="filter-source"
        />
        <label className="field">
          <span>{t('rejects.reason')}</span>
          <select
            value={filters.reason}
            onChange={(event) => change({ reason: event.target.value as RejectReason | '' })}
            data-testid="filter-reason"
          >
            <option value="">{t('rejects.every')}</option>
            {REJECT_REASONS.map((reason) => (
              <option key={reason} value={reason}>
                {t(`reason.${reason}`)}
              </option>
            ))}
          </select>
        </label>
        {(['from', 'to'] as const).map((end) => (
          <label key={end} className="field">
            <span>{t(`rejects.${end}`)}</span>
            <input
              type="date"
              value={filters[end]}
              onChange={(event) => change({ [end]: event.target.value })}
              data-testid={`filter-${end}`}
            />
          </label>
        ))}
      </div>
      {filtered && (
        <p className="buttons">
          <button type="button" className="button small" onClick={() => change(NO_FILTERS)}>
            {t('rejects.clear')}
          </button>
        </p>
      )}
    </section>
  );
}

function Counts({
  counts,
  filters,
  change,
}: {
  counts: Record<string, number>;
  filters: Filters;
  change: (patch: Partial<Filters>) => void;
}) {
  const { t, lang } = useWords();
  const by_count = REJECT_REASONS.flatMap((reason) => {
    const n = counts[reason] ?? 0;
    return n > 0 ? [{ reason, n }] : [];
  }).sort((a, b) => b.n - a.n);
  return (
    <ul className="counts" aria-label={t('rejects.counts')}>
      {by_count.map(({ reason, n }) => (
        <li key={reason}>
          <button
            type="button"
            className="count"
            aria-pressed={filters.reason === reason}
            onClick={() => change({ reason: filters.reason === reason ? '' : reason })}
            data-testid="count"
            data-reason={reason}
          >
            <b>{formatNumber(lang, n)}</b> {t(`reason.${reason}`)}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What was refused, and why: for the owner of a source. */
export default function RejectsPage() {
  const { t, lang } = useWords();
  const [filters, change] = useFilters();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useRejects(filters);
  const [failed, setFailed] = useState<unknown>(null);
  const rejects = data?.pages.flatMap((page) => page.rejects) ?? [];
  const counts = data?.pages[0]?.counts ?? {};
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  const save = async () => {
    setFailed(null);
    try {
      const asked = Object.entries(askedOf(filters)).flatMap(([key, value]) =>
        value === null ? [] : [[key, value]],
      );
      const answer = await request('GET', `rejects.csv?${new URLSearchParams(asked)}`);
      download('rejects.csv', await answer.blob());
    } catch (fault) {
      setFailed(fault);
    }
  };
  const filtered = Object.values(filters).some((value) => value !== '');
  return (
    <Page title={t('rejects.title')} about={t('rejects.about')}>
      <FilterPart filters={filters} change={change} />
      {error && <Failure error={error} retry={() => void refetch()} />}
      {failed !== null && <Failure error={failed} retry={() => void save()} />}
      {isPending && !error && (
        <p className="part" aria-busy="true">
          {t('rejects.loading')}
        </p>
      )}
      {data && (
        <section className="part" aria-labelledby="rejects-total">
          <div className="part-head">
            <h2 id="rejects-total" aria-live="polite" data-testid="total">
              {t('rejects.total', { n: formatNumber(lang, total) })}
            </h2>
            <button
              type="button"
              className="button"
              disabled={total === 0}
              onClick={() => void save()}
              data-testid="download"
            >
              {t('rejects.download')}
            </button>
          </div>
          <Counts counts={counts} filters={filters} change={change} />
          {rejects.length === 0 ? (
            <p className="notice" data-testid="empty">
              {t(filtered ? 'rejects.empty_filtered' : 'rejects.empty')}
            </p>
          ) : (
            <RejectsTable key={JSON.stringify(filters)} rejects={rejects} />
          )}
          {hasNextPage && (
            <p className="buttons">
              <button
                type="button"
                className="button"
                disabled={isFetchingNextPage}
                onClick={() => void fetchNextPage()}
                data-testid="more"
              >
                {t('rejects.more')}
              </button>
            </p>
          )}
        </section>
      )}
    </Page>
  );
}
