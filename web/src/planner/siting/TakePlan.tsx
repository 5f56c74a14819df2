import { useState } from 'react';
import { useWords } from '../../i18n/index.ts';
import { setView } from '../../state.ts';
import { usePlanLink } from './use-plan-link.ts';

/** The link that shows this plan again, and the page to print. */
export function TakePlan() {
  const { t } = useWords();
  const [said, setSaid] = useState('');
  const link = usePlanLink();
  const copy = () => {
    navigator.clipboard.writeText(link).then(
      () => setSaid(t('siting.copied')),
      () => setSaid(t('siting.copy_failed')),
    );
  };
  return (
    <section className="take">
      <h3>{t('siting.take')}</h3>
      <label className="plan-link">
        {t('siting.link')}
        <input
          type="text"
          readOnly
          value={link}
          onFocus={(event) => event.currentTarget.select()}
          data-testid="plan-link"
        />
      </label>
      <p className="take-buttons">
        <button type="button" className="button primary" onClick={copy} data-testid="plan-copy">
          {t('siting.copy')}
        </button>
        <button
          type="button"
          className="button"
          onClick={() => setView({ print: true })}
          data-testid="plan-print"
        >
          {t('siting.print')}
        </button>
      </p>
      <p className="card-note" role="status">
        {said}
      </p>
    </section>
  );
}
