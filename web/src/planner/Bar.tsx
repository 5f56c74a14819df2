import type { AreaToken } from '../figures/scale.ts';

/**
 * A value as a bar in the colour it has on the map, with its interval as a whisker and the city's value as a mark.
 * Parts of `most`.
 */
export function Bar({
  token,
  value,
  low,
  high,
  most,
  city,
}: {
  token: AreaToken;
  value: number | null;
  low: number | null;
  high: number | null;
  most: number;
  city: number | null;
}) {
  const part = (of: number | null) => `${most > 0 && of !== null ? Math.min(100, (100 * of) / most) : 0}%`;
  return (
    <span className="bar" aria-hidden="true">
      {value !== null && (
        <span className="bar-fill" style={{ width: part(value), background: `var(--${token})` }} />
      )}
      {value !== null && city !== null && <span className="bar-city" style={{ left: part(city) }} />}
      {low !== null && high !== null && (
        <span className="bar-interval" style={{ left: part(low), width: part(high - low) }} />
      )}
    </span>
  );
}
