import './SchematicBand.css';
import { useWords } from '../i18n/index.ts';

const COMMAND = 'npm run geo -- import FILE --division 2025';

/** Says that the boundaries are not the official ones, and how to get those. */
export function SchematicBand() {
  const { t } = useWords();
  return (
    <aside className="band" data-testid="schematic-band" aria-label={t('schematic.band')}>
      <span>{t('schematic.band')}</span>
      <button type="button" popoverTarget="how-to-import">
        {t('schematic.how')}
      </button>
      <div id="how-to-import" popover="auto" className="band-how panel">
        <p>{t('schematic.text')}</p>
        <code>{COMMAND}</code>
        <p>{t('schematic.after')}</p>
      </div>
    </aside>
  );
}
