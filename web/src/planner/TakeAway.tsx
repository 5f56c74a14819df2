import type { CoverageQuestion } from '../api/queries.ts';
import { levelOf } from '../choose.ts';
import { useWords } from '../i18n/index.ts';
import { useTake } from './use-take.ts';

/** What an area's card leaves one with: a page to print (of wards), and the figures as files. */
export function TakeAway({ question, area }: { question: CoverageQuestion; area: string }) {
  const { t, lang } = useWords();
  const { take, failed } = useTake(question);
  const { source, group, programme, division } = question;
  const { from, to } = question.bounds;
  const is_ward = levelOf(area) === 'ward' && division !== 'pre-2025';
  const brief = new URLSearchParams({
    ...{ lang, from, to },
    ...(source ? { source } : {}),
    ...(group ? { group } : {}),
    ...(programme ? { programme } : {}),
  });
  return (
    <section className="take">
      <h3>{t('ward.take')}</h3>
      <p className="take-buttons">
        {is_ward && (
          <a
            className="button primary"
            href={`/brief/${area}?${brief}`}
            target="_blank"
            rel="noreferrer"
            data-testid="brief"
          >
            {t('ward.brief')}
          </a>
        )}
        {(['csv', 'geojson'] as const).map((format) => (
          <button key={format} type="button" className="button" onClick={() => take(format)}>
            {t(`take.${format}`)}
          </button>
        ))}
      </p>
      {failed !== null && (
        <p className="card-note" role="alert">
          {t('take.failed', { detail: failed })}
        </p>
      )}
    </section>
  );
}
