/** One bar of a chart in a box of `width` × `height`; `hidden` marks a step that is suppressed. */
export type ChartBar = { x: number; y: number; width: number; height: number; hidden: boolean };

/** A round number at or above the greatest value. */
export function axisTop(most: number): number {
  if (most <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((times) => times * power >= most) ?? 10) * power;
}

/** Bars for values in order, from 0 at the bottom to `top`; null is a suppressed step. */
export function chartBars(
  values: readonly (number | null)[],
  top: number,
  width: number,
  height: number,
): ChartBar[] {
  const step = width / Math.max(1, values.length);
  const gap = step > 4 ? 1 : 0;
  return values.map((value, at) => {
    const tall = value === null || top <= 0 ? 0 : (height * value) / top;
    return {
      x: at * step,
      y: height - tall,
      width: Math.max(0.5, step - gap),
      height: tall,
      hidden: value === null,
    };
  });
}
