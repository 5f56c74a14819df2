import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hideSecond, stepsOf } from '../../server/brief/steps.ts';
import { DAY_MS } from '../../server/contract/time.ts';

test('steps are equally long, adjoin, end with the window and say what is left at its start', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1830 }), (days) => {
      const steps = stepsOf({ from_ms: 0, to_ms: days * DAY_MS });
      expect(steps.days === 1 || steps.days % 7 === 0).toBe(true);
      expect(steps.spans.length).toBeLessThanOrEqual(26);
      expect(steps.spans.length).toBeGreaterThan(0);
      let at = steps.left_days * DAY_MS;
      for (const span of steps.spans) {
        expect(span).toEqual({ from_ms: at, to_ms: at + steps.days * DAY_MS });
        at = span.to_ms;
      }
      expect(at).toBe(days * DAY_MS);
      expect(steps.left_days).toBeLessThan(steps.days);
    }),
  );
  expect(stepsOf({ from_ms: 0, to_ms: 90 * DAY_MS })).toMatchObject({ days: 7, left_days: 6 });
});

test('a single hidden count takes the smallest other one with it; two or none stand', () => {
  const values = (...numbers: (number | null)[]) => numbers.map((value) => ({ value }));
  expect(hideSecond(values(null, 50, 0, 20))).toEqual(values(null, 50, 0, null));
  expect(hideSecond(values(null, null, 20))).toEqual(values(null, null, 20));
  expect(hideSecond(values(5, 6, 0))).toEqual(values(5, 6, 0));
  expect(hideSecond(values(null, 0, 0))).toEqual(values(null, 0, 0));
});
