import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../server/config.ts';
import { DAY_MS, startOfCityDay } from '../server/contract/time.ts';
import { Geography } from '../server/geography.ts';
import { createPseudonymiser } from '../server/ingest/identity.ts';
import { openStore } from '../server/store/client.ts';
import { EVENT_COLUMNS } from '../server/store/event-row.ts';
import { migrate } from '../server/store/migrate.ts';
import { buildCity } from '../simulator/city.ts';
import { fillHistory } from '../simulator/history.ts';
import { scenarioByName } from '../simulator/scenarios/index.ts';

/** A store with the simulated city's last days, and how long the engine took to take them. */
export async function fillStore(
  days: number,
  now = Date.now(),
): Promise<{ dataDir: string; rows: number; ms: number }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'lcm-bench-'));
  const config = readConfig({ DATA_DIR: dataDir });
  const store = await openStore(config);
  await migrate(store);
  const began = performance.now();
  const { rows } = await fillHistory({
    city: buildCity({ division: Geography.of().division('2025'), seed: '2026' }),
    scenario: scenarioByName('ordinary-day'),
    from_ms: startOfCityDay(now) - days * DAY_MS,
    to_ms: now,
    pseudonymise: createPseudonymiser(config.LEARNER_KEY),
    insert: (tsv, token) => store.insertTsv('events_raw', EVENT_COLUMNS, tsv, token),
  });
  const ms = performance.now() - began;
  await store.close();
  return { dataDir, rows, ms };
}
