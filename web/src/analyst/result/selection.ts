/** The row of the column heads. */
export const HEAD = -1;

/** A cell of the grid; row HEAD is the head. */
export type Place = { row: number; column: number };
/** Cells from where a selection began to where it stands. */
export type Selection = { anchor: Place; active: Place };
/** A selection as a box, all inclusive. */
export type Bounds = { top: number; bottom: number; left: number; right: number };

/** The box that a selection covers; a head alone is its column's head. */
export function boundsOf({ anchor, active }: Selection): Bounds {
  return {
    top: Math.min(anchor.row, active.row),
    bottom: Math.max(anchor.row, active.row),
    left: Math.min(anchor.column, active.column),
    right: Math.max(anchor.column, active.column),
  };
}

/** A selection moved to a place, or extended to it. */
export function cover(before: Selection | null, active: Place, extend: boolean): Selection {
  return extend && before ? { anchor: before.anchor, active } : { anchor: active, active };
}

type Size = { rows: number; columns: number; page: number };

/**
 * Where a key leads from a place: arrows by one, with Ctrl to the edge; Home and End to the first and last row, Page keys
 * by what is in sight. null for any other key.
 */
export function moved({ row, column }: Place, key: string, far: boolean, size: Size): Place | null {
  const last = { row: size.rows - 1, column: size.columns - 1 };
  const at = (to_row: number, to_column: number): Place => ({
    row: Math.min(last.row, Math.max(HEAD, to_row)),
    column: Math.min(last.column, Math.max(0, to_column)),
  });
  switch (key) {
    case 'ArrowUp':
      return at(far ? Math.min(0, row) : row - 1, column);
    case 'ArrowDown':
      return at(far ? last.row : row + 1, column);
    case 'ArrowLeft':
      return at(row, far ? 0 : column - 1);
    case 'ArrowRight':
      return at(row, far ? last.column : column + 1);
    case 'PageUp':
      return at(Math.max(0, row - size.page), column);
    case 'PageDown':
      return at(row + size.page, column);
    case 'Home':
      return at(0, far ? 0 : column);
    case 'End':
      return at(last.row, far ? last.column : column);
    default:
      return null;
  }
}
