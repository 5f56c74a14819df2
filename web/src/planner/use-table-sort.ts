import type { SortingState, Updater } from '@tanstack/react-table';
import { useMemo } from 'react';
import { setView, useView } from '../state.ts';
import { COLUMNS } from './columns.ts';

/** The column that the table is sorted by, as the address has it; most unreached learners first unless it says otherwise. */
export function useTableSort(group: boolean): {
  sorting: SortingState;
  change: (updater: Updater<SortingState>) => void;
} {
  const by = useView((view) => view.by);
  const sorting = useMemo((): SortingState => {
    const id = COLUMNS.find((column) => column.id === by?.replace(/^-/, ''))?.id;
    if (id !== undefined) return [{ id, desc: by?.startsWith('-') ?? false }];
    return group ? [{ id: 'rate', desc: false }] : [{ id: 'unreached', desc: true }];
  }, [by, group]);
  const change = (updater: Updater<SortingState>) => {
    const [first] = typeof updater === 'function' ? updater(sorting) : updater;
    setView({ by: first ? `${first.desc ? '-' : ''}${first.id}` : null }, 'replace');
  };
  return { sorting, change };
}
