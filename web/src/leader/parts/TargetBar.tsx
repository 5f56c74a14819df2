import './TargetBar.css';
import { useWords } from '../../i18n/index.ts';
import { formatDateTime, formatNumber, formatShare } from '../../text/format.ts';

type Props = {
  value: number | null;
  expected: number | null;
  target: number | null;
  met_at: string | null;
};

/** Share of the target reached, with a mark where it was expected to be by now; nothing without a target. */
export function TargetBar({ value, expected, target, met_at }: Props) {
  const { t, lang } = useWords();
  if (target === null || value === null) return null;
  const percent = (part: number) => `${Math.min(100, (100 * part) / target)}%`;
  return (
    <div data-testid="target-bar">
      <div className="target-bar" aria-hidden="true">
        <span className="target-fill" style={{ width: percent(value) }} />
        {expected !== null && <span className="target-tick" style={{ left: percent(expected) }} />}
      </div>
      <p className="target-words">
        <span className="stale-grey">
          {t('leader.of_target', { share: formatShare(lang, value / target, value / target < 0.1 ? 1 : 0) })}
        </span>
        <span>
          {met_at === null ? (
            t('leader.target', { n: formatNumber(lang, target) })
          ) : (
            <span className="met">{t('leader.met', { time: formatDateTime(lang, Date.parse(met_at)) })}</span>
          )}
        </span>
      </p>
    </div>
  );
}
