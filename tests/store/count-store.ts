import { pino } from 'pino';
import { readConfig } from '../../server/config.ts';
import { startServices } from '../../server/services.ts';
import { openStore } from '../../server/store/client.ts';
import { migrate } from '../../server/store/migrate.ts';
import { countEverywhere } from './open-config.ts';

// Opens the store of DATA_DIR as a start does (journal replayed) and prints what raw rows and rollups say, and every
// event id of the raw table with how often it is there, as one line of JSON.
const config = readConfig();
const store = await openStore(config);
await migrate(store);
const services = await startServices(config, store, pino({ level: 'warn' }, pino.destination(2)));
const counts = await countEverywhere(store);
const ids = await store.query<{ event_id: string; n: string }>(
  'SELECT toString(event_id) AS event_id, count() AS n FROM events_raw WHERE sign = 1 GROUP BY event_id',
);
await services.close();
await store.close();
const line = JSON.stringify({ counts, ids: ids.map((row) => [row.event_id, Number(row.n)]) });
process.stdout.write(`${line}\n`, () => process.exit(0));
