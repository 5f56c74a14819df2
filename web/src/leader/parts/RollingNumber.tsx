import './RollingNumber.css';
import { useWords } from '../../i18n/index.ts';
import { formatNumber } from '../../text/format.ts';

const DIGITS = '0123456789';

/**
 * A counter whose digits roll to their new value. Only the strips whose digit changed get another transform, which the
 * compositor moves; readers of the page hear the number once, whole.
 */
export function RollingNumber({ value }: { value: number }) {
  const { lang } = useWords();
  const text = formatNumber(lang, value);
  const signs = [...text];
  return (
    <>
      <span className="hidden-text">{text}</span>
      <span className="rolling" aria-hidden="true">
        {signs.map((sign, at) => {
          const digit = DIGITS.indexOf(sign);
          // From the right, so that a digit keeps its strip when the number grows longer.
          const key = signs.length - at;
          if (digit === -1) return <span key={key}>{sign}</span>;
          return (
            <span key={key} className="rolling-digit">
              <span className="rolling-strip" style={{ transform: `translateY(-${digit}em)` }}>
                {[...DIGITS].map((one) => (
                  <span key={one}>{one}</span>
                ))}
              </span>
            </span>
          );
        })}
      </span>
    </>
  );
}
