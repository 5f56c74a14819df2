import './MomentList.css';
import type { Moment } from '../../../../server/contract/campaign.ts';
import { useWords } from '../../i18n/index.ts';
import { formatClock, formatDay } from '../../text/format.ts';
import { useLeaderWords } from '../model/use-leader-words.ts';

const DAY_MS = 86_400_000;

/** What was just reached, newest first, a sentence each. */
export function MomentList({ moments, most }: { moments: readonly Moment[]; most: number }) {
  const { t, lang } = useWords();
  const { momentText } = useLeaderWords();
  const newest = moments[0] ? Date.parse(moments[0].at) : 0;
  if (moments.length === 0) return <p className="moment-none">{t('leader.moment.none')}</p>;
  return (
    <ul className="moment-list" data-testid="moments">
      {moments.slice(0, most).map((moment) => {
        const at = Date.parse(moment.at);
        const when = newest - at > DAY_MS ? formatDay(lang, at) : formatClock(lang, at);
        return (
          <li key={moment.id} className={moment.kind} data-testid="moment">
            <time dateTime={moment.at}>{when}</time>
            <span>{momentText(moment)}</span>
          </li>
        );
      })}
    </ul>
  );
}
