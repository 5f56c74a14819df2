import './Drawer.css';
import { type ReactNode, useEffect, useRef } from 'react';

type Props = {
  open: boolean;
  close: () => void;
  title: string;
  closing: string;
  side: 'left' | 'right';
  children: ReactNode;
  testid: string;
};

/** A panel from an edge, as a dialog of the browser's own: it holds the focus, Esc and a press beside it close it. */
export function Drawer({ open, close, title, closing, side, children, testid }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const one = dialog.current;
    if (open && !one?.open) one?.showModal();
    if (!open && one?.open) one.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      className={`drawer panel ${side}`}
      aria-label={title}
      onClose={close}
      onPointerDown={(event) => event.target === dialog.current && close()}
      data-testid={testid}
    >
      {open && (
        <div className="drawer-body">
          <header>
            <h2>{title}</h2>
            <button
              type="button"
              className="icon-button"
              aria-label={closing}
              title={closing}
              onClick={close}
            >
              <svg viewBox="0 0 24 24" aria-hidden="true">
                <path d="M6 6l12 12M18 6L6 18" />
              </svg>
            </button>
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}
