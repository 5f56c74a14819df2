import { expect, test } from 'vitest';
import { FileJournal } from '../../server/ingest/journal.ts';
import { insertSegment, newToken } from '../../server/ingest/segment.ts';
import { checkStore } from '../../server/store/check.ts';
import { openStore } from '../../server/store/client.ts';
import { encodeEventRows } from '../../server/store/event-row.ts';
import { migrate } from '../../server/store/migrate.ts';
import { startTestService } from '../helper/service.ts';
import { aRow, countEverywhere, MUST_AGREE, storeConfig } from '../store/open-config.ts';

// The engine notes a token before the part that it stands for: a kill in between leaves a token whose rows are nowhere.
// Rows deleted behind its back leave the same.
test.each([['events_raw'], ['h3_daily', 'learner_daily', 'event_ids']])(
  'rows of %s that a kill took although the engine knows their token are there after the next start',
  async (...tables) => {
    const config = storeConfig();
    const store = await openStore(config);
    await migrate(store);
    const token = newToken(Date.now());
    const rows = encodeEventRows([
      aRow(),
      aRow({ learner: 5n }),
      aRow({ occurred_at: Date.UTC(2026, 7, 1) }),
    ]);
    const journal = new FileJournal(config.DATA_DIR);
    await journal.append(token, [rows]);
    await insertSegment(store, token, rows);
    for (const table of tables) await store.command(`DELETE FROM ${table} WHERE 1`);
    await journal.close();
    await store.close();

    const service = await startTestService({}, config.DATA_DIR);
    const counts = await countEverywhere(service.store);
    expect(counts.raw?.events).toBe(3);
    for (const [left, right] of MUST_AGREE) expect(counts[left], `${left}, ${right}`).toEqual(counts[right]);
    expect((await checkStore(service.app.services, { repair: false })).shown).toEqual([]);
    await service.stop();
  },
);
