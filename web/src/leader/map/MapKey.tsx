import type { CSSProperties } from 'react';
import { useWords } from '../../i18n/index.ts';
import { formatNumber, formatShare } from '../../text/format.ts';
import type { AreaColours } from './colours.ts';

/** What the map's colours and signs mean, in words. */
export function MapKey({ colours }: { colours: AreaColours }) {
  const { t, lang } = useWords();
  const { scale, kind } = colours;
  const write = (value: number) =>
    kind === 'pace' ? formatShare(lang, value) : formatNumber(lang, value, scale.digits);
  return (
    <div className="map-key">
      <strong>{t(kind === 'pace' ? 'leader.map.pace' : 'leader.map.value')}</strong>
      {scale.classes.map(({ token, above, upto }) => (
        <span key={token} style={{ '--key': `var(--${token})` } as CSSProperties}>
          {above === null
            ? upto === null
              ? t('leader.map.any')
              : `≤ ${write(upto)}`
            : upto === null
              ? `> ${write(above)}`
              : `${write(above)}–${write(upto)}`}
        </span>
      ))}
      <span className="dot" style={{ '--key': 'var(--source-centre)' } as CSSProperties}>
        {t('leader.map.centre')}
      </span>
      <span className="bus" style={{ '--key': 'var(--source-mobile)' } as CSSProperties}>
        {t('leader.map.bus')}
      </span>
    </div>
  );
}
