import './Calls.css';
import { useMemo } from 'react';
import { useWords } from '../../i18n/index.ts';
import { formatNumber } from '../../text/format.ts';
import { useAreaBook } from '../model/areas.ts';
import { callsOf } from '../model/board.ts';
import { telHref } from '../model/telephone.ts';
import type { LeaderModel } from '../model/use-model.ts';

const MOST = 3;

/** The districts furthest behind, and whom to call about them. */
export function Calls({ model }: { model: LeaderModel }) {
  const { t, lang } = useWords();
  const { nameOf, parent_by_ward } = useAreaBook();
  const { districts, ward_progress } = model;
  const calls = useMemo(
    () => callsOf(districts ?? [], ward_progress, parent_by_ward, MOST),
    [districts, ward_progress, parent_by_ward],
  );
  if (districts === undefined) return <p className="skeleton"> </p>;
  if (calls.length === 0)
    return (
      <p className="note">{t(model.expected === null ? 'leader.calls.unknown' : 'leader.calls.none')}</p>
    );
  return (
    <ol className="calls" data-testid="calls">
      {calls.map(({ district, ward, name, telephone }) => (
        <li key={district.code} data-code={district.code}>
          <span>
            <strong>{nameOf(district.code)}</strong>
            <small>
              {t('leader.calls.behind', {
                have: formatNumber(lang, district.value),
                expected: formatNumber(lang, Math.round(district.expected_now ?? 0)),
                unit: t(`leader.unit.${model.measure}`),
              })}
            </small>
            {ward && name !== undefined && (
              <small>{t('leader.calls.who', { name: name || telephone, ward: nameOf(ward) })}</small>
            )}
          </span>
          {telephone ? (
            <a
              className="button"
              href={telHref(telephone)}
              aria-label={t('leader.calls.call_to', { name: name || telephone })}
            >
              {t('leader.calls.call')}
            </a>
          ) : (
            <small>{t('leader.not_yet.no_contact')}</small>
          )}
        </li>
      ))}
    </ol>
  );
}
