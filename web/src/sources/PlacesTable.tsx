import { useMemo, useState } from 'react';
import { useAreas } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { Pager, pageOf } from '../shell/Pager.tsx';
import { WideTable } from '../shell/WideTable.tsx';
import { formatDateTime, formatNumber } from '../text/format.ts';
import type { Place } from './use-places.ts';

/** Rows drawn at once; a city has thousands of places. */
const PAGE_ROWS = 100;

/** Places by name; those that nobody registered first, since they wait for somebody. */
export function PlacesTable({ places, edit }: { places: readonly Place[]; edit: (place: Place) => void }) {
  const { t, lang } = useWords();
  const [page, setPage] = useState(0);
  const areas = useAreas('ward').data;
  const wards = useMemo(
    () =>
      new Map(
        areas?.features.map(({ properties: { code, name, name_en } }) => [
          code,
          lang === 'vi' ? name : name_en,
        ]),
      ),
    [areas, lang],
  );
  const sorted = useMemo(
    () =>
      [...places].sort(
        (a, b) => Number(a.registered) - Number(b.registered) || a.name.localeCompare(b.name, 'vi'),
      ),
    [places],
  );
  const { at, pages, slice } = pageOf(sorted, page, PAGE_ROWS);
  const where = ({ ward, lon, lat }: Place) => {
    if (ward !== null) return wards.get(ward) ?? ward;
    return lon !== null && lat !== null ? `${lon}, ${lat}` : t('places.no_place');
  };
  return (
    <>
      <WideTable cards className="places" label={t('places.title')}>
        <thead>
          <tr>
            <th scope="col">{t('places.name')}</th>
            <th scope="col">{t('places.kind')}</th>
            <th scope="col">{t('places.where')}</th>
            <th scope="col">{t('places.events')}</th>
            <th scope="col">{t('places.heard')}</th>
            <th scope="col">{t('places.actions')}</th>
          </tr>
        </thead>
        <tbody>
          {slice.map((place) => (
            <tr key={place.source_id} data-testid="place" data-id={place.source_id}>
              <th scope="row" data-label={t('places.name')}>
                <div>
                  <span className="place-name">{place.name}</span>{' '}
                  {!place.registered && <span className="tag warn">{t('places.unregistered')}</span>}
                  <div className="code">{place.source_id}</div>
                </div>
              </th>
              <td data-label={t('places.kind')}>{t(`places.kinds.${place.kind}`)}</td>
              <td data-label={t('places.where')}>{where(place)}</td>
              <td data-label={t('places.events')} className="figure">
                {formatNumber(lang, place.events)}
              </td>
              <td data-label={t('places.heard')}>
                {place.last_seen ? formatDateTime(lang, Date.parse(place.last_seen)) : t('places.never')}
              </td>
              <td data-label={t('places.actions')}>
                <button
                  type="button"
                  className="button small"
                  aria-label={`${t(place.registered ? 'places.edit' : 'places.register')}: ${place.name}`}
                  onClick={() => edit(place)}
                  data-testid={place.registered ? 'edit' : 'register'}
                >
                  {t(place.registered ? 'places.edit' : 'places.register')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </WideTable>
      <Pager at={at} pages={pages} go={setPage} />
    </>
  );
}
