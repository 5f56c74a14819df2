import { ChdbConnection } from 'chdb/connection';
import { embeddedPath, insertSelected, type Store } from '../../server/store/client.ts';
import { RowFiles } from '../../server/store/row-files.ts';
import { temporaryDir } from './temporary-dir.ts';

/** The real store, and what a test does to the inserts of rows into it. */
export type TroubledStore = Store & {
  /** Holds inserts from now on; the returned function lets them go. */
  hold(): () => void;
  /** Inserts from now on may use so much memory of the engine, bytes; undefined: as much as there is. */
  limitMemory(bytes: number | undefined): void;
};

/** Puts a hand on the inserts of rows into a store of the embedded engine. */
export function troubled(store: Store, dataDir: string): TroubledStore {
  let gate: Promise<void> | undefined;
  let max_memory_usage: number | undefined;
  let files: Promise<RowFiles> | undefined;
  return {
    ...store,
    insertTsv: async (table, columns, tsv, token, way) => {
      await gate;
      if (max_memory_usage === undefined) return store.insertTsv(table, columns, tsv, token, way);
      const connection = new ChdbConnection({ path: embeddedPath(dataDir) });
      try {
        await connection.command({ query: 'USE learning' });
        if (way === 'select' && token !== undefined) {
          files ??= RowFiles.open(temporaryDir());
          const settings = { max_memory_usage };
          return await insertSelected(connection, await files, { table, columns, tsv, token, settings });
        }
        await connection.chdb.rawInsert({
          table,
          columns: [...columns],
          values: tsv,
          format: 'TabSeparated',
          settings: {
            ...(token === undefined ? {} : { insert_deduplication_token: token }),
            deduplicate_blocks_in_dependent_materialized_views: 1,
            max_memory_usage,
          },
        });
      } finally {
        await connection.close();
      }
    },
    hold: () => {
      let open: () => void = () => undefined;
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return () => {
        gate = undefined;
        open();
      };
    },
    limitMemory: (bytes) => {
      max_memory_usage = bytes;
    },
  };
}
