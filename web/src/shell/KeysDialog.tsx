import './KeysDialog.css';
import { useEffect, useRef } from 'react';
import { useWords } from '../i18n/index.ts';
import { pageStore, usePage } from '../state.ts';

const KEYS = [
  ['/', 'search'],
  ['r', 'list'],
  ['↑ ↓', 'arrows'],
  ['Enter', 'enter'],
  ['Esc', 'escape'],
  ['l', 'legend'],
  ['0', 'all'],
  ['t', 'table'],
  ['?', 'help'],
] as const;
const MODE_KEYS = [
  ['s', 'siting'],
  ['c', 'compare'],
  ['w', 'weeks'],
] as const;

/** The keys, as a dialog of the browser's own: it holds the focus and Esc closes it. */
export function KeysDialog() {
  const { t } = useWords();
  const open = usePage((page) => page.keys_open);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      className="keys panel"
      aria-labelledby="keys-title"
      onClose={() => pageStore.set({ keys_open: false })}
      data-testid="keys"
    >
      <h2 id="keys-title">{t('keys.heading')}</h2>
      <dl>
        {KEYS.map(([key, what]) => (
          <div key={what}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(`keys.${what}`)}</dd>
          </div>
        ))}
        {MODE_KEYS.map(([key, what]) => (
          <div key={what}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(`modekeys.${what}`)}</dd>
          </div>
        ))}
      </dl>
      <button type="button" className="button" onClick={() => pageStore.set({ keys_open: false })}>
        {t('keys.close')}
      </button>
    </dialog>
  );
}
