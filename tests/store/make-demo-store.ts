import { readConfig } from '../../server/config.ts';
import { openStore } from '../../server/store/client.ts';
import { migrate } from '../../server/store/migrate.ts';
import { writeState } from '../../server/store/state.ts';

// Marks the store of DATA_DIR as the one of an invented city, in a process of its own: the engine's lock is a process's.
const store = await openStore(readConfig());
await migrate(store);
await writeState(store, 'demo', 'true');
await store.close();
process.exit(0);
