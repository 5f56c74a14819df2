import type { DivisionId } from '../contract/event.ts';
import type { Store } from './client.ts';
import { toEngineTime } from './event-row.ts';

/** Facts that the service keeps about its store. */
export type StateName =
  | 'demo'
  | 'demo_history'
  | 'relocation'
  | 'geography_version'
  | 'residents_version'
  | 'areas_version'
  | 'recount_version'
  | `boundaries_version ${DivisionId}`;

/** The value of a fact, if it was ever set. */
export async function readState(store: Store, name: StateName): Promise<string | undefined> {
  const rows = await store.query<{ value: string }>(
    'SELECT value FROM service_state FINAL WHERE name = {name:String}',
    { name },
  );
  return rows[0]?.value;
}

/** Sets a fact. */
export async function writeState(store: Store, name: StateName, value: string): Promise<void> {
  await store.insertObjects('service_state', [{ name, value, updated_at: toEngineTime(Date.now()) }]);
}
