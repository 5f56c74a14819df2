import { useWords } from '../../i18n/index.ts';
import { formatNumber } from '../../text/format.ts';
import { useLeaderWords } from '../model/use-leader-words.ts';

/** `Dự kiến đến lúc này 41.000` and how far from it; says so where past weeks say nothing. */
export function Expected({
  value,
  expected,
  target,
}: {
  value: number | null;
  expected: number | null;
  target: number | null;
}) {
  const { t, lang } = useWords();
  const { gapText } = useLeaderWords();
  const gap = gapText(value, expected);
  const behind = value !== null && expected !== null && value < Math.round(expected);
  if (expected === null) {
    return <p className="expected">{t(target === null ? 'leader.no_target' : 'leader.no_expected')}</p>;
  }
  return (
    <p className="expected" data-testid="expected" data-value={Math.round(expected)}>
      <span>{t('leader.expected', { n: formatNumber(lang, Math.round(expected)) })}</span>{' '}
      {gap !== null && <strong className={`stale-grey ${behind ? 'behind' : 'ahead'}`}>{gap}</strong>}
    </p>
  );
}
