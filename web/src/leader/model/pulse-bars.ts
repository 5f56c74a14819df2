/** One minute of the pulse; null where it is hidden or not known. */
export type PulseMinute = {
  t: string;
  campaign: number | null;
  activity: number | null;
  baseline: number | null;
};

/** The last minutes drawn in a box `width` × `height`: paths of the campaign, of all activity and of the baseline. */
export type PulseShape = { own: string; all: string; base: string; top: number };

/** 1, 2 or 5 times a power of ten, at least `value`: what an axis ends at. */
export function niceTop(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= value) ?? 10 * power;
}

/** Bars of the campaign before bars of everything, both over the area of the baseline. */
export function pulseShape(minutes: readonly PulseMinute[], width: number, height: number): PulseShape {
  const values = minutes.flatMap(({ campaign, activity, baseline }) => [campaign, activity, baseline]);
  const top = niceTop(Math.max(0, ...values.map((value) => value ?? 0)));
  const step = width / Math.max(1, minutes.length);
  const y = (value: number) => height - (height * value) / top;
  const round = (value: number) => Math.round(value * 100) / 100;
  const bars = (of: 'campaign' | 'activity') =>
    minutes
      .flatMap((minute, at) => {
        const value = minute[of];
        if (value === null || value === 0) return [];
        const x = round(at * step + step * 0.12);
        return `M${x} ${height}V${round(y(value))}h${round(step * 0.76)}V${height}z`;
      })
      .join('');
  const base = minutes
    .flatMap(({ baseline }, at) => {
      if (baseline === null) return [];
      return `M${round(at * step)} ${height}V${round(y(baseline))}h${round(step + 0.2)}V${height}z`;
    })
    .join('');
  return { own: bars('campaign'), all: bars('activity'), base, top };
}
