import './BigNumber.css';
import type { CSSProperties } from 'react';
import type { CampaignMeasure } from '../../../../server/contract/campaign.ts';
import { useWords } from '../../i18n/index.ts';
import { formatNumber } from '../../text/format.ts';
import { RollingNumber } from './RollingNumber.tsx';

/** Width of a number in em: digits are wider than the points between them. */
function emsOf(text: string): number {
  return [...text].reduce((sum, sign) => sum + (/\d/.test(sign) ? 0.66 : 0.32), 0.1);
}

type Props = {
  /** undefined: not known yet. null: hidden, since it speaks of few people. */
  value: number | null | undefined;
  measure: CampaignMeasure;
  /** What is counted, where it is not the measure's own word. */
  unit?: string;
};

/** The one figure that is read from five metres, with its unit. */
export function BigNumber({ value, measure, unit }: Props) {
  const { t, lang } = useWords();
  const text = value == null ? '0.000' : formatNumber(lang, value);
  return (
    <p className="big" data-testid="big" data-value={value ?? ''} data-measure={measure}>
      <span
        className={value === undefined ? 'big-value skeleton' : 'big-value'}
        style={{ '--ems': Math.max(3, emsOf(text)) } as CSSProperties}
      >
        {value === undefined ? (
          <span aria-hidden="true"> </span>
        ) : value === null ? (
          t('leader.hidden')
        ) : (
          <RollingNumber value={value} />
        )}
      </span>
      <span className="big-unit">{unit ?? t(`leader.unit.${measure}`)}</span>
    </p>
  );
}
