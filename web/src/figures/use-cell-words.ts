import { useMemo } from 'react';
import { useWords } from '../i18n/index.ts';
import type { Cell } from '../url-state.ts';

const DENSITY = ['cells.density_0', 'cells.density_1', 'cells.density_2'] as const;
const REACH = ['cells.reach_0', 'cells.reach_1', 'cells.reach_2'] as const;

/** A cell of the 3×3 map in words: never a colour alone. */
export function useCellWords(): (cell: Cell) => string {
  const { t } = useWords();
  return useMemo(
    () => (cell) =>
      t('cells.name', {
        density: t(DENSITY[Math.floor(cell / 3)] ?? DENSITY[0]),
        reach: t(REACH[cell % 3] ?? REACH[0]),
      }),
    [t],
  );
}
