import { pino } from 'pino';
import { readConfig } from '../server/config.ts';
import { startServices } from '../server/services.ts';
import { checkStore } from '../server/store/check.ts';
import { openStore } from '../server/store/client.ts';
import { migrate } from '../server/store/migrate.ts';
import { recountToday, type TodayOfWard } from './recount-today.ts';

/** What a store holds, counted from its raw rows alone. */
export type Recount = {
  /** Differences between raw rows and what is made from them, as `npm run check` counts them. */
  differences: number;
  /** The first of them, in words. */
  differing: string[];
  /** Event, rows that count it, rows that withdraw it. */
  ids: [event_id: string, counting: number, withdrawing: number][];
  /** Today's figures by ward, of the wards in which anything happened. */
  today: TodayOfWard[];
};

// Opens the store of DATA_DIR as a start does and prints its Recount as one line of JSON. A process of its own, since
// the engine holds its folder for as long as its process lives.
const config = readConfig();
const store = await openStore(config);
await migrate(store);
const services = await startServices(config, store, pino({ level: 'warn' }, pino.destination(2)));
const { total, shown } = await checkStore(services, { repair: false });
const ids = await store.query<{ event_id: string; counting: string; withdrawing: string }>(
  `SELECT toString(event_id) AS event_id, countIf(sign = 1) AS counting, countIf(sign = -1) AS withdrawing
   FROM events_raw GROUP BY event_id`,
);
const today = await recountToday(store);
await services.close();
await store.close();
const recount: Recount = {
  differences: total,
  differing: shown.map((difference) => Object.values(difference).join(' ')),
  ids: ids.map((row) => [row.event_id, Number(row.counting), Number(row.withdrawing)]),
  today,
};
process.stdout.write(`${JSON.stringify(recount)}\n`, () => process.exit(0));
