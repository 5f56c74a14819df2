import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
export type FilledStore = { dataDir: string; rows: number; ms: number };

/**
 * Fills a new folder of `keep`, or of the system's for temporary files, with the simulated city's last `days`. A folder
 * of `keep` that holds them already, of the same day, is taken as it is.
 */
export async function fillStore(days: number, now = Date.now(), keep?: string): Promise<FilledStore> {
  const today = startOfCityDay(now);
  const dataDir =
    keep === undefined
      ? mkdtempSync(path.join(tmpdir(), 'lcm-bench-'))
      : path.join(path.resolve(keep), `history-${days}`);
  const filled = path.join(dataDir, 'filled.json');
  if (existsSync(filled)) {
    const kept = JSON.parse(readFileSync(filled, 'utf8')) as FilledStore & { today: number };
    if (kept.today === today) return { dataDir, rows: kept.rows, ms: kept.ms };
  }
  if (keep !== undefined) {
    rmSync(dataDir, { recursive: true, force: true });
    mkdirSync(dataDir, { recursive: true });
  }
  const config = readConfig({ DATA_DIR: dataDir });
  const store = await openStore(config);
  await migrate(store);
  const began = performance.now();
  const { rows } = await fillHistory({
    city: buildCity({ division: Geography.of().division('2025'), seed: '2026' }),
    scenario: scenarioByName('ordinary-day'),
    from_ms: today - days * DAY_MS,
    to_ms: now,
    pseudonymise: createPseudonymiser(config.LEARNER_KEY),
    insert: (tsv, token) => store.insertTsv('events_raw', EVENT_COLUMNS, tsv, token),
  });
  const ms = performance.now() - began;
  await store.close();
  if (keep !== undefined) writeFileSync(filled, JSON.stringify({ today, rows, ms }));
  return { dataDir, rows, ms };
}
