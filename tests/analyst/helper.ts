import { readConfig } from '../../server/config.ts';
import { startOfCityDay } from '../../server/contract/time.ts';
import { Geography } from '../../server/geography.ts';
import { createPseudonymiser } from '../../server/ingest/identity.ts';
import { openStore } from '../../server/store/client.ts';
import { EVENT_COLUMNS } from '../../server/store/event-row.ts';
import { migrate } from '../../server/store/migrate.ts';
import { buildCity } from '../../simulator/city.ts';
import { fillHistory } from '../../simulator/history.ts';
import { scenarioByName } from '../../simulator/scenarios/index.ts';
import { startTestService, type TestService, temporaryDir } from '../helper/service.ts';

/** A service over some days of the simulated city, and how a test asks it in SQL. */
export type AnalystService = TestService & {
  /** Asks `/clickhouse`; `fields` go into the URL. */
  sql(
    text: string,
    fields?: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<{ status: number; text: string; headers: Headers }>;
};

const DAY_MS = 86_400_000;

/** Fills a store with the simulated city's last days and starts the service on it. */
export async function startAnalyst(settings: Record<string, string> = {}, days = 3): Promise<AnalystService> {
  const dataDir = temporaryDir('lcm-sql');
  const config = readConfig({ DATA_DIR: dataDir });
  const store = await openStore(config);
  await migrate(store);
  const now = Date.now();
  await fillHistory({
    city: buildCity({ division: Geography.of().division('2025'), seed: '2026' }),
    scenario: scenarioByName('ordinary-day'),
    from_ms: startOfCityDay(now) - days * DAY_MS,
    to_ms: now,
    pseudonymise: createPseudonymiser(config.LEARNER_KEY),
    insert: (tsv, token) => store.insertTsv('events_raw', EVENT_COLUMNS, tsv, token),
  });
  await store.close();
  const service = await startTestService(settings, dataDir);
  return { ...service, sql: (text, fields, headers) => askSql(service.url, text, fields, headers) };
}

/** Asks a service in SQL. */
export async function askSql(
  url: string,
  text: string,
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(`${url}/clickhouse?${new URLSearchParams(fields)}`, {
    method: 'POST',
    body: text,
    headers,
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}
