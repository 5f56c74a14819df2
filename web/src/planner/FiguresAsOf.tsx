import type { Coverage } from '../../../server/contract/coverage.ts';
import { useWords } from '../i18n/index.ts';
import { formatDateTime, formatDelay } from '../text/format.ts';

/** A delay shorter than this is not worth a word, ms. */
const WORTH_SAYING_MS = 5_000;

/** Of when figures are, in one small line. */
export function FiguresAsOf({ figures }: { figures: { coverage: Coverage | undefined } }) {
  const { t, lang } = useWords();
  const { coverage } = figures;
  if (!coverage?.as_of) return null;
  const late = coverage.lag_ms >= WORTH_SAYING_MS;
  return (
    <p className="figures-as-of" data-testid="figures-as-of">
      {t('ward.as_of', { time: formatDateTime(lang, Date.parse(coverage.as_of)) })}
      {late && ` · ${t('live.lag', { delay: formatDelay(lang, coverage.lag_ms) })}`}
    </p>
  );
}
