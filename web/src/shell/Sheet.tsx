import './Sheet.css';
import { type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { useWords } from '../i18n/index.ts';

export const SHEET_HEIGHTS = ['low', 'middle', 'high'] as const;
export type SheetHeight = (typeof SHEET_HEIGHTS)[number];

/** A drag shorter than this is a press, px. */
const PRESS_PX = 6;
/** A drag this long moves the sheet one height, px. */
const STEP_PX = 60;

type Props = {
  height: SheetHeight;
  change: (height: SheetHeight) => void;
  head: ReactNode;
  children: ReactNode;
};

/** On a phone: a panel from below with three heights, by drag, press or keyboard. */
export function Sheet({ height, change, head, children }: Props) {
  const { t } = useWords();
  const start = useRef<number | null>(null);
  const [moved, setMoved] = useState(0);
  const at = SHEET_HEIGHTS.indexOf(height);
  const step = (steps: number) => {
    const next = SHEET_HEIGHTS[Math.min(2, Math.max(0, at + steps))];
    if (next) change(next);
  };
  const drop = (event: PointerEvent) => {
    if (start.current === null) return;
    const by = start.current - event.clientY;
    start.current = null;
    setMoved(0);
    if (Math.abs(by) >= PRESS_PX) step(Math.sign(by) * Math.max(1, Math.round(Math.abs(by) / STEP_PX / 3)));
  };
  return (
    <section className={`sheet panel ${height}`} data-testid="sheet" data-height={height}>
      <button
        type="button"
        className="sheet-handle"
        style={{ translate: `0 ${Math.max(-12, Math.min(12, -moved / 6))}px` }}
        aria-label={`${t('sheet.handle')}: ${t(`sheet.${height}`)}`}
        onPointerDown={(event) => {
          start.current = event.clientY;
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => start.current !== null && setMoved(start.current - event.clientY)}
        onPointerUp={drop}
        onClick={() => Math.abs(moved) < PRESS_PX && change(SHEET_HEIGHTS[(at + 1) % 3] ?? 'low')}
        onKeyDown={(event) => {
          if (event.key === 'ArrowUp') step(1);
          if (event.key === 'ArrowDown') step(-1);
        }}
      />
      {head}
      <div className="sheet-body">{children}</div>
    </section>
  );
}
