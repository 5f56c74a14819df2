import './Sources.css';
import { useMemo, useRef, useState } from 'react';
import { SOURCE_KINDS, type SourceKind } from '../../../server/contract/source.ts';
import { request } from '../api/send.ts';
import { useWords } from '../i18n/index.ts';
import { Failure, Page } from '../shell/Page.tsx';
import { download } from '../text/download.ts';
import { fold } from '../text/fold.ts';
import { formatNumber } from '../text/format.ts';
import { type Draft, draftOf, EMPTY_DRAFT } from './draft.ts';
import { ImportPart } from './ImportPart.tsx';
import { PlacesTable } from './PlacesTable.tsx';
import { SourceForm } from './SourceForm.tsx';
import { type Place, usePlaces } from './use-places.ts';

type Panel = { form: Draft; editing: string | null; known: boolean } | 'import' | null;

function matches(place: Place, query: string): boolean {
  const words = ` ${fold(`${place.name} ${place.source_id}`)}`;
  return fold(query)
    .split(' ')
    .every((word) => words.includes(` ${word}`) || words.includes(word));
}

/** The register of centres, vehicles and courses, and what only events name. */
export default function SourcesPage() {
  const { t, lang } = useWords();
  const { data, error, isPending, refetch } = usePlaces();
  const [query, setQuery] = useState('');
  const [kind, setKind] = useState<SourceKind | ''>('');
  const [only_new, setOnlyNew] = useState(false);
  const [panel, setPanel] = useState<Panel>(null);
  const [saved, setSaved] = useState<string | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const places = data?.sources ?? [];
  const registered = useMemo(
    () =>
      new Set((data?.sources ?? []).filter((place) => place.registered).map(({ source_id }) => source_id)),
    [data],
  );
  const shown = places.filter(
    (place) =>
      (kind === '' || place.kind === kind) && (!only_new || !place.registered) && matches(place, query),
  );
  const opener = useRef<Element | null>(null);
  const open = (next: Panel) => {
    opener.current = document.activeElement;
    setSaved(null);
    setPanel(next);
  };
  const close = () => {
    setPanel(null);
    if (opener.current instanceof HTMLElement) opener.current.focus();
  };
  const save = async () => {
    setFailed(null);
    try {
      download('sources.csv', await (await request('GET', 'sources.csv')).blob());
    } catch (fault) {
      setFailed(fault);
    }
  };
  return (
    <Page title={t('places.title')} about={t('places.about')}>
      <p className="buttons">
        <button
          type="button"
          className="button primary"
          onClick={() => open({ form: EMPTY_DRAFT, editing: null, known: false })}
          data-testid="add"
        >
          {t('places.add')}
        </button>
        <button type="button" className="button" onClick={() => open('import')} data-testid="open-import">
          {t('places.import')}
        </button>
        <button type="button" className="button" onClick={() => void save()} data-testid="download">
          {t('places.download')}
        </button>
      </p>
      {failed !== null && <Failure error={failed} retry={() => void save()} />}
      {saved !== null && (
        <p className="notice good" role="status" data-testid="saved">
          {t('places.saved', { name: saved })}
        </p>
      )}
      {panel === 'import' && <ImportPart known={registered} close={close} />}
      {panel !== null && panel !== 'import' && (
        <SourceForm
          key={panel.form.source_id}
          start={panel.form}
          editing={panel.editing}
          known={panel.known}
          taken={registered}
          close={(place) => {
            close();
            setSaved(place?.name ?? null);
          }}
        />
      )}
      {error && <Failure error={error} retry={() => void refetch()} />}
      {isPending && !error && (
        <p className="part" aria-busy="true">
          {t('state.loading')}
        </p>
      )}
      {data && (
        <section className="part" aria-label={t('places.title')}>
          <div className="fields">
            <label className="field">
              <span>{t('places.find')}</span>
              <input
                type="search"
                value={query}
                onChange={(event) => setQuery(event.target.value)}
                data-testid="find"
              />
            </label>
            <label className="field">
              <span>{t('places.kind')}</span>
              <select
                value={kind}
                onChange={(event) => setKind(event.target.value as SourceKind | '')}
                data-testid="kind"
              >
                <option value="">{t('places.every')}</option>
                {SOURCE_KINDS.map((one) => (
                  <option key={one} value={one}>
                    {t(`places.kinds.${one}`)}
                  </option>
                ))}
              </select>
            </label>
            <label className="check bottom">
              <input
                type="checkbox"
                checked={only_new}
                onChange={(event) => setOnlyNew(event.target.checked)}
                data-testid="only-unregistered"
              />
              {t('places.only_unregistered', {
                n: formatNumber(lang, places.length - registered.size),
              })}
            </label>
          </div>
          <h2 aria-live="polite" data-testid="count">
            {t('places.count', { n: formatNumber(lang, shown.length) })}
          </h2>
          {shown.length === 0 ? (
            <p className="notice">{t(places.length === 0 ? 'places.empty' : 'places.none')}</p>
          ) : (
            <PlacesTable
              places={shown}
              edit={(place) => open({ form: draftOf(place), editing: place.name, known: place.registered })}
            />
          )}
        </section>
      )}
    </Page>
  );
}
