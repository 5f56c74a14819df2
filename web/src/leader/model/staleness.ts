/** Whether figures are as they are now, or as they were when the line was lost; times in epoch milliseconds. */
export type Staleness = { stale: boolean; since: number | null };

/**
 * Figures are stale while the line is lost, and after it until the service has told them anew: what was missed meanwhile
 * is in a fresh answer or nowhere.
 */
export function stalenessOf(
  connection: 'connecting' | 'live' | 'lost',
  lost_since: number | null,
  live_since: number | null,
  told_at: number,
): Staleness {
  if (connection === 'lost') return { stale: true, since: lost_since };
  if (connection === 'live' && live_since !== null && told_at < live_since)
    return { stale: true, since: null };
  return { stale: false, since: null };
}
