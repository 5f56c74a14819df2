import { useSilence } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { formatDateTime, formatNumber, NOTHING } from '../text/format.ts';

/** Places of a ward that were expected to report and were not heard, each with since when. */
export function CardSilent({ ward }: { ward: string }) {
  const { t, lang } = useWords();
  const { data } = useSilence(true);
  const silent = (data?.sources ?? []).filter((one) => one.state === 'silent' && one.ward === ward);
  if (silent.length === 0) return null;
  return (
    <section className="card-places">
      <h3>{t('mark.silent_n', { n: silent.length })}</h3>
      <ul>
        {silent.map(({ source_id, name, last_heard, missed_hours }) => (
          <li key={source_id}>
            {name}
            <small>
              {t('ward.silent_since', {
                time: last_heard === null ? NOTHING : formatDateTime(lang, Date.parse(last_heard)),
                hours: formatNumber(lang, missed_hours),
              })}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}
