import './AreaRows.css';
import { memo } from 'react';
import type { AreaMeasure } from '../../../../server/contract/campaign.ts';
import { useWords } from '../../i18n/index.ts';
import { formatNumber, formatShare } from '../../text/format.ts';
import { shortName } from '../../text/names.ts';
import { useAreaBook } from '../model/areas.ts';
import { type BoardArea, movedOf } from '../model/board.ts';

/** `3` or, where its interval does not tell it from others, `3–7`. */
function rankText({ rank, rank_last }: BoardArea): string {
  if (rank === null) return '';
  return rank_last === null || rank_last === rank ? String(rank) : `${rank}–${rank_last}`;
}

function Moved({ moved }: { moved: number | null }) {
  const { t } = useWords();
  if (moved === null) return null;
  if (moved === 0) return <span title={t('leader.rank.same')}>=</span>;
  return (
    <span className={moved > 0 ? 'up' : 'down'} title={t('leader.rank.moved')}>
      {moved > 0 ? '▲' : '▼'}
      {Math.abs(moved)}
      <span className="hidden-text">{t(moved > 0 ? 'leader.rank.up' : 'leader.rank.down')}</span>
    </span>
  );
}

type Props = {
  areas: readonly BoardArea[];
  before: ReadonlyMap<string, number | null>;
  measure: AreaMeasure;
  label: string;
  /** The area that the map shows now. */
  current?: string | null;
  /** Names without their kind, where there is little room. */
  short?: boolean;
};

/** Areas ranked by their share of the target, ties and movement of the last hour with them. */
export const AreaRows = memo(function AreaRows({
  areas,
  before,
  measure,
  label,
  current = null,
  short = false,
}: Props) {
  const { t, lang } = useWords();
  const { nameOf } = useAreaBook();
  const shares = areas.some(({ share }) => share !== null);
  return (
    <table className="area-rows" aria-label={label} data-testid="area-rows">
      <thead>
        <tr>
          {shares && <th scope="col">{t('leader.rank.rank')}</th>}
          <th scope="col" className="name">
            {t('leader.rank.area')}
          </th>
          {before.size > 0 && (
            <th scope="col" title={t('leader.rank.moved')}>
              {t('leader.rank.hour')}
            </th>
          )}
          <th scope="col">{t(`leader.unit.${measure}`)}</th>
          {shares && <th scope="col">{t('leader.rank.share')}</th>}
        </tr>
      </thead>
      <tbody>
        {areas.map((area) => (
          <tr
            key={area.code}
            className={area.code === current ? 'now' : undefined}
            data-testid="area-row"
            data-code={area.code}
            data-value={area.value ?? ''}
          >
            {shares && <td className="rank">{rankText(area)}</td>}
            <td className="name" title={nameOf(area.code)}>
              {short ? shortName(nameOf(area.code)) : nameOf(area.code)}
            </td>
            {before.size > 0 && (
              <td>
                <Moved moved={movedOf(before, area)} />
              </td>
            )}
            <td className="stale-grey">
              {area.suppressed ? t('leader.hidden') : formatNumber(lang, area.value)}
            </td>
            {shares && (
              <td className="stale-grey">
                {area.share !== null && (
                  <span className="share-cell">
                    <i aria-hidden="true">
                      <b style={{ width: `${Math.min(100, area.share * 100)}%` }} />
                    </i>
                    <span>{formatShare(lang, area.share, area.share < 0.1 ? 1 : 0)}</span>
                  </span>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
});
