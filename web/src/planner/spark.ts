/** The box that a spark line is drawn in. */
export const SPARK = { width: 64, height: 16 } as const;

/**
 * Values in order as the path of a line that starts at nothing, each area by its own greatest value: its shape, not its
 * size, is what is compared. What is hidden leaves a gap; '' for fewer than two values.
 */
export function sparkPath(values: readonly (number | null)[]): string {
  if (values.length < 2) return '';
  const most = Math.max(0, ...values.map((value) => value ?? 0));
  const step = SPARK.width / (values.length - 1);
  let pen_up = true;
  const parts = values.map((value, at) => {
    if (value === null) {
      pen_up = true;
      return '';
    }
    const y = most === 0 ? SPARK.height - 1 : SPARK.height - 1 - ((SPARK.height - 2) * value) / most;
    const part = `${pen_up ? 'M' : 'L'}${(at * step).toFixed(1)} ${y.toFixed(1)}`;
    // A value between two hidden ones is a line of no length: a round end makes it a dot.
    const alone = pen_up && (values[at + 1] ?? null) === null;
    pen_up = false;
    return alone ? `${part}h.01` : part;
  });
  return parts.join('');
}
