import { randomUUID } from 'node:crypto';

/** The `i`-th event of a load: now, at a centre of the ward, by one of 50,000 learners; one line of NDJSON. */
export function eventLine(ward: string, i: number): string {
  return JSON.stringify({
    event_id: randomUUID(),
    occurred_at: new Date().toISOString(),
    source: 'centre',
    source_id: `clc-bench-${i % 300}`,
    activity: 'attended',
    learner_id: `learner-${i % 50_000}`,
    learner_id_type: 'card',
    home_ward: ward,
    ward,
    duration_min: 45,
  });
}

/** Posts lines; resolves with the ms until they were acknowledged. Throws unless every one was accepted. */
export async function post(url: string, lines: readonly string[]): Promise<number> {
  const began = performance.now();
  const response = await fetch(`${url}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.join('\n'),
  });
  const { accepted } = (await response.json()) as { accepted?: number };
  if (accepted !== lines.length) throw new Error(`accepted ${accepted} of ${lines.length}`);
  return performance.now() - began;
}
