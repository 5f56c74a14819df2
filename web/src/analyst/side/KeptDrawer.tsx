import { useState } from 'react';
import { formatDateTime, formatNumber } from '../../text/format.ts';
import { forgetQuery, useSavedQueries } from '../api.ts';
import { elapsedText } from '../elapsed.ts';
import type { PastQuery } from '../history.ts';
import { Tabs } from '../Tabs.tsx';
import type { SavedQuery } from '../types.ts';
import { useAnalystWords } from '../words.ts';
import { Drawer } from './Drawer.tsx';

function History({
  past,
  open,
  clear,
}: {
  past: readonly PastQuery[];
  open: (one: PastQuery) => void;
  clear: () => void;
}) {
  const { t, lang } = useAnalystWords();
  if (past.length === 0) return <p className="about">{t('drawer.history_empty')}</p>;
  return (
    <>
      <ul className="kept">
        {past.map((one) => (
          <li key={`${one.at}${one.sql}`}>
            <button type="button" className="kept-open" onClick={() => open(one)} data-testid="history-entry">
              <code>{one.sql}</code>
              <small>
                {formatDateTime(lang, one.at)} ·{' '}
                {t('drawer.rows', {
                  rows: formatNumber(lang, one.rows),
                  elapsed: elapsedText(lang, one.elapsed_ms),
                })}
              </small>
            </button>
          </li>
        ))}
      </ul>
      <p className="about">{t('drawer.history_about')}</p>
      <button type="button" className="button" onClick={clear}>
        {t('drawer.clear')}
      </button>
    </>
  );
}

function Saved({ open }: { open: (one: SavedQuery) => void }) {
  const { t, lang } = useAnalystWords();
  const saved = useSavedQueries(true);
  // Asked twice: what is deleted here is gone for everybody whom it was shared with.
  const [sure, setSure] = useState<string | null>(null);
  if (saved.isError) return <p className="about">{saved.error.message}</p>;
  if (!saved.data) return <div className="schema-ghost skeleton" />;
  if (saved.data.length === 0) return <p className="about">{t('drawer.saved_empty')}</p>;
  return (
    <ul className="kept">
      {saved.data.map((one) => (
        <li key={one.id}>
          <button type="button" className="kept-open" onClick={() => open(one)} data-testid="saved-entry">
            <b>{one.title}</b>
            {one.description && <span>{one.description}</span>}
            <small>
              {formatDateTime(lang, Date.parse(one.updated_at))} · {one.mine ? t('drawer.mine') : one.owner}
              {one.shared && ` · ${t('drawer.shared')}`}
            </small>
          </button>
          {one.mine && (
            <button
              type="button"
              className="kept-remove"
              aria-label={t('drawer.remove_label', { title: one.title })}
              onClick={() => (sure === one.id ? void forgetQuery(one.id) : setSure(one.id))}
            >
              {t(sure === one.id ? 'drawer.remove_sure' : 'drawer.remove')}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

type Props = {
  shown: boolean;
  close: () => void;
  past: readonly PastQuery[];
  openPast: (one: PastQuery) => void;
  openSaved: (one: SavedQuery) => void;
  clear: () => void;
};

/** What was run from this browser, and what was kept or shared. */
export function KeptDrawer({ shown, close, past, openPast, openSaved, clear }: Props) {
  const { t } = useAnalystWords();
  const [tab, setTab] = useState<'history' | 'saved'>('history');
  const then =
    <T,>(open: (one: T) => void) =>
    (one: T) => {
      open(one);
      close();
    };
  return (
    <Drawer
      open={shown}
      close={close}
      title={t('drawer.open')}
      closing={t('drawer.close')}
      side="right"
      testid="drawer"
    >
      <Tabs
        label={t('drawer.open')}
        tabs={[
          { id: 'history', name: t('drawer.history') },
          { id: 'saved', name: t('drawer.saved') },
        ]}
        chosen={tab}
        choose={setTab}
        panel="drawer-panel"
      />
      <div id="drawer-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} className="drawer-panel">
        {tab === 'history' ? (
          <History past={past} open={then(openPast)} clear={clear} />
        ) : (
          <Saved open={then(openSaved)} />
        )}
      </div>
    </Drawer>
  );
}
