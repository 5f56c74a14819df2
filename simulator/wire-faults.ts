import type { LearningEvent, RejectReason } from '../server/contract/event.ts';
import type { Rng } from './random.ts';
import type { WireFaults } from './scenario.ts';

/** One record as it is sent, a line of NDJSON, and what the service ought to make of it. */
export type WireRecord = { json: string; expected: 'accepted' | 'duplicate' | RejectReason };

/** Breaks an event in one way; gives the line and the reason it is refused for. */
type Breakage = { reason: RejectReason; apply: (event: LearningEvent) => unknown };

const without = (event: LearningEvent, key: keyof LearningEvent) =>
  Object.fromEntries(Object.entries(event).filter(([name]) => name !== key));

/** The kinds of malformed records, all that a sender can get wrong about a single record. */
export const BREAKAGES: readonly Breakage[] = [
  { reason: 'bad_json', apply: (event) => JSON.stringify(event).slice(0, -7) },
  { reason: 'missing_field', apply: (event) => without(event, 'source_id') },
  { reason: 'bad_type', apply: (event) => ({ ...event, duration_min: 'forty' }) },
  { reason: 'bad_id', apply: (event) => ({ ...event, event_id: event.event_id.slice(0, 18) }) },
  {
    reason: 'bad_time',
    apply: (event) => ({ ...event, occurred_at: event.occurred_at.slice(0, 19).replace('T', ' ') }),
  },
  {
    reason: 'future',
    apply: (event) => ({ ...event, occurred_at: `2199${event.occurred_at.slice(4, 10)}T08:00:00+07:00` }),
  },
  { reason: 'too_old', apply: (event) => ({ ...event, occurred_at: '1970-01-01T00:00:00Z' }) },
  { reason: 'bad_source', apply: (event) => ({ ...event, source: 'radio' }) },
  { reason: 'bad_activity', apply: (event) => ({ ...event, activity: 'slept' }) },
  { reason: 'bad_group', apply: (event) => ({ ...event, learner_group: ['everybody'] }) },
  { reason: 'bad_location', apply: (event) => ({ ...event, location: { lon: 10.77, lat: 106.7 } }) },
  // Tây Ninh, without a ward that could speak for it.
  {
    reason: 'outside_city',
    apply: (event) => ({ ...without(event, 'ward'), location: { lon: 106.11, lat: 11.31 } }),
  },
  { reason: 'unknown_ward', apply: (event) => ({ ...event, ward: '99999' }) },
  { reason: 'out_of_range', apply: (event) => ({ ...event, headcount: 5000 }) },
];

const line = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/**
 * A batch as an unreliable sender sends it: some events broken, some sent again word for word or changed, in any order.
 * `recent` are events answered before, which may come again too; `sent` are the sound ones of this batch. Pure: the same stream of random numbers gives the same
 * records. A repeat follows its original within the batch, so that it is the one refused or not counted.
 */
export function faultyRecords(
  events: readonly LearningEvent[],
  recent: readonly LearningEvent[],
  faults: WireFaults,
  rng: Rng,
): { records: WireRecord[]; sent: LearningEvent[] } {
  const records: WireRecord[] = [];
  const repeats: WireRecord[] = [];
  const sent: LearningEvent[] = [];
  const known = () => {
    const at = rng.below(recent.length + sent.length);
    return (recent[at] ?? sent[at - recent.length]) as LearningEvent;
  };
  for (const event of faults.shuffled ? rng.shuffle(events) : events) {
    if (rng.chance(faults.malformed_share)) {
      const { reason, apply } = rng.pick(BREAKAGES);
      records.push({ json: line(apply(event)), expected: reason });
      continue;
    }
    records.push({ json: line(event), expected: 'accepted' });
    sent.push(event);
    if (rng.chance(faults.duplicate_share)) repeats.push({ json: line(known()), expected: 'duplicate' });
    if (rng.chance(faults.conflict_share))
      repeats.push({ json: line(changed(known())), expected: 'conflict' });
  }
  return { records: [...records, ...repeats], sent };
}

/** The same event told otherwise. */
function changed(event: LearningEvent): LearningEvent {
  return { ...event, duration_min: (event.duration_min ?? 0) + 1 };
}
