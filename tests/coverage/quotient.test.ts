import { describe, expect, it } from 'vitest';
import { groupFigures } from '../../server/coverage/quotient.ts';
import { seededRandom } from '../../server/coverage/random.ts';

const counts = {
  group_learners: 30,
  learners: 100,
  city_group_learners: 200,
  city_learners: 1000,
  residents: 5000,
};

describe('a group in an area', () => {
  it('is counted on all residents and held against its part of the city’s learners', () => {
    const figures = groupFigures(counts);
    expect(figures.per_1000_all_residents).toBe(6);
    expect(figures.per_1000_low).toBeLessThan(6);
    expect(figures.per_1000_high).toBeGreaterThan(6);
    expect(figures.quotient).toBeCloseTo(1.5, 12);
  });
  it('has the interval worked out by hand', () => {
    // Var(ln p_a) = 0.7/(100·0.3) = 0.023333; Var(ln p) = 0.8/(1000·0.2) = 0.004;
    // Cov = (100/1000)·(0.3·0.7/100)/(0.3·0.2) = 0.0035; together 0.020333, root 0.142595, × 1.96 = 0.279481.
    const { quotient_low, quotient_high } = groupFigures(counts);
    expect(quotient_low).toBeCloseTo(1.5 * Math.exp(-0.279481), 5);
    expect(quotient_high).toBeCloseTo(1.5 * Math.exp(0.279481), 5);
  });
  it('holds the true quotient in about 95 of 100 draws', () => {
    const random = seededRandom('quotient');
    const draw = (n: number, p: number) => {
      let hits = 0;
      for (let i = 0; i < n; i++) if (random() < p) hits++;
      return hits;
    };
    const truth = 0.3 / ((400 * 0.3 + 1200 * 0.15) / 1600);
    let held = 0;
    for (let round = 0; round < 600; round++) {
      const own = draw(400, 0.3);
      const { quotient_low, quotient_high } = groupFigures({
        group_learners: own,
        learners: 400,
        city_group_learners: own + draw(1200, 0.15),
        city_learners: 1600,
        residents: null,
      });
      if ((quotient_low ?? Infinity) <= truth && truth <= (quotient_high ?? 0)) held++;
    }
    expect(held / 600).toBeGreaterThan(0.92);
    expect(held / 600).toBeLessThan(0.98);
  });
  it('without a learner of the group is 0 up to a bound', () => {
    const none = groupFigures({ ...counts, group_learners: 0 });
    expect(none).toMatchObject({ per_1000_all_residents: 0, quotient: 0, quotient_low: 0 });
    // Wilson's upper bound of 0 in 100 is 0.036995; over 0.2.
    expect(none.quotient_high).toBeCloseTo(0.036995 / 0.2, 4);
  });
  it('of which all learners are everywhere has the quotient 1 and no doubt', () => {
    const all = groupFigures({
      group_learners: 100,
      learners: 100,
      city_group_learners: 1000,
      city_learners: 1000,
      residents: null,
    });
    expect(all).toEqual({
      per_1000_all_residents: null,
      per_1000_low: null,
      per_1000_high: null,
      quotient: 1,
      quotient_low: 1,
      quotient_high: 1,
    });
  });
  it('is unknown where a count is suppressed or nobody learns', () => {
    const unknown = { quotient: null, quotient_low: null, quotient_high: null };
    expect(groupFigures({ ...counts, group_learners: null })).toMatchObject({
      ...unknown,
      per_1000_all_residents: null,
    });
    expect(groupFigures({ ...counts, learners: null })).toMatchObject(unknown);
    expect(groupFigures({ ...counts, learners: 0, group_learners: 0 })).toMatchObject(unknown);
    expect(groupFigures({ ...counts, city_group_learners: 0, group_learners: 0 })).toMatchObject(unknown);
    expect(groupFigures({ ...counts, residents: 0 }).per_1000_all_residents).toBeNull();
  });
});
