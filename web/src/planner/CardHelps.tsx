import type { AreaFigures, Coverage } from '../../../server/contract/coverage.ts';
import { useWords } from '../i18n/index.ts';
import { formatNumber, formatRate, formatShare } from '../text/format.ts';
import { type Help, whatHelps } from './helps.ts';

/** What would help, in sentences that name their figure. */
export function CardHelps({ row, coverage }: { row: AreaFigures; coverage: Coverage }) {
  const { t, lang } = useWords();
  const helps = whatHelps(row, coverage);
  const say = (help: Help): string => {
    switch (help.kind) {
      case 'silent':
        return t('ward.help_silent', { n: help.n });
      case 'reach':
        return t('ward.help_reach', { n: formatNumber(lang, help.n), share: formatShare(lang, help.share) });
      case 'seats':
        return t('ward.help_seats', {
          value: formatRate(lang, help.value),
          city: formatRate(lang, help.city),
        });
      case 'ids':
      case 'homes':
        return t(`ward.help_${help.kind}`, { share: formatShare(lang, help.share) });
      default:
        return t(`ward.help_${help.kind}`);
    }
  };
  if (helps.length === 0) return null;
  return (
    <section className="card-helps" data-testid="card-helps">
      <h3>{t('ward.helps')}</h3>
      <ul>
        {helps.map((help) => (
          <li key={help.kind}>{say(help)}</li>
        ))}
      </ul>
    </section>
  );
}
