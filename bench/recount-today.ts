import { startOfCityDay } from '../server/contract/time.ts';
import type { Store } from '../server/store/client.ts';

/** A ward's figures of today. */
export type TodayOfWard = [ward: string, events: number, learners: number, minutes: number];

/** Today's figures of the wards in which anything happened, in the order of their codes, from raw rows alone. */
export async function recountToday(store: Store): Promise<TodayOfWard[]> {
  const rows = await store.query<{ ward: string; events: string; learners: string; minutes: string }>(
    `SELECT ward, sum(of_events) AS events, countIf(learner != 0 AND active > 0) AS learners, sum(of_minutes) AS minutes
     FROM (
       SELECT ward, learner, sum(sign) AS of_events, sum(sign * (activity != 'registered')) AS active,
         sum(toInt64(sign) * duration_min) AS of_minutes
       FROM events_raw
       WHERE occurred_at >= fromUnixTimestamp64Milli({day:Int64}, 'UTC')
       GROUP BY ward, learner
     )
     WHERE ward != '' GROUP BY ward ORDER BY ward`,
    { day: startOfCityDay(Date.now()) },
  );
  return rows.map((row) => [row.ward, Number(row.events), Number(row.learners), Number(row.minutes)]);
}
