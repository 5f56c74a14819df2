import 'maplibre-gl/dist/maplibre-gl.css';
import './ResultMap.css';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useAreas, useBasemap } from '../../api/queries.ts';
import { drawnAreas } from '../../map/drawn-areas.ts';
import type { Ring } from '../../map/geometry.ts';
import { labelPoints } from '../../map/labels.ts';
import { type Palette, readPalette } from '../../map/palette.ts';
import { asksForStillness } from '../../media.ts';
import { usePage } from '../../state.ts';
import { formatNumber } from '../../text/format.ts';
import { useTheme } from '../../theme.ts';
import { quantities } from '../result/picks.ts';
import type { Result } from '../use-run.ts';
import { useAnalystWords } from '../words.ts';
import { type KnownCodes, type MapPick, mapPick } from './map-pick.ts';
import { pictureOf, rampOfPlaces } from './picture.ts';
import { type Places, placesOf, TOGETHER, type Together } from './places.ts';
import type { Ramp } from './ramp.ts';
import { type Pointed, ResultMapView } from './result-map.ts';

const CITY: [number, number, number, number] = [106.3, 10.3, 107.6, 11.55];

/** h3-js' outline of a cell, fetched when there are cells to draw; null until then. */
function useBoundaryOf(wanted: boolean): ((cell: string) => Ring) | null {
  const [made, setMade] = useState<{ of: (cell: string) => Ring } | null>(null);
  useEffect(() => {
    if (!wanted) return;
    let here = true;
    void import('h3-js').then(({ cellToBoundary }) => {
      if (here) setMade({ of: (cell) => cellToBoundary(cell, true) as Ring });
    });
    return () => {
      here = false;
    };
  }, [wanted]);
  return made?.of ?? null;
}

function useKnown() {
  const wards = useAreas('ward').data;
  const districts = useAreas('district').data;
  const known = useMemo((): KnownCodes | null => {
    if (!wards || !districts) return null;
    const codes = (areas: typeof wards) => new Set(areas.features.map(({ properties }) => properties.code));
    return { ward: codes(wards), district: codes(districts) };
  }, [wards, districts]);
  return { wards, districts, known };
}

/** Name and value of what is pointed at. */
function useTip(places: Places | null, pick: MapPick | null, result: Result) {
  const { wards, districts } = useKnown();
  const { t, lang } = useAnalystWords();
  return (pointed: Pointed): { title: string; value: string } | null => {
    if (!pointed || !places || !pick) return null;
    const what = pick.value === null ? t('map.rows') : (result.columns[pick.value]?.name ?? '');
    const write = (value: number | null) =>
      value === null ? t('map.no_value') : formatNumber(lang, value, Number.isInteger(value) ? 0 : 2);
    if ('code' in pointed) {
      if (places.kind === 'points') return null;
      const area = [...(wards?.features ?? []), ...(districts?.features ?? [])].find(
        ({ properties }) => properties.code === pointed.code,
      )?.properties;
      const one = places.places.find(({ code }) => code === pointed.code);
      const title = area ? (lang === 'vi' ? area.name : area.name_en) : pointed.code;
      return { title, value: one ? `${what}: ${write(one.value)}` : t('map.no_row') };
    }
    if (places.kind === 'points') {
      const one = places.points[pointed.at];
      return one
        ? { title: `${one.lon.toFixed(5)}, ${one.lat.toFixed(5)}`, value: `${what}: ${write(one.value)}` }
        : null;
    }
    const one = places.places[pointed.at];
    return one ? { title: one.code, value: `${what}: ${write(one.value)}` } : null;
  };
}

function Legend({ ramp, title, none }: { ramp: Ramp; title: string; none: boolean }) {
  const { t, lang } = useAnalystWords();
  const write = (value: number) => formatNumber(lang, value, ramp.digits);
  return (
    <section className="map-legend panel" aria-label={t('map.legend')} data-testid="map-legend">
      <h3>{title}</h3>
      <ul>
        {[...ramp.classes].reverse().map(({ token, above, upto, count }) => (
          <li key={token}>
            <span className="map-swatch" style={{ background: `var(--${token})` }} />
            <span>
              {above !== null && upto !== null
                ? `${write(above)}–${write(upto)}`
                : above !== null
                  ? t('map.above', { value: write(above) })
                  : upto !== null
                    ? t('map.upto', { value: write(upto) })
                    : t('map.every')}
            </span>
            <span className="map-count">{formatNumber(lang, count)}</span>
          </li>
        ))}
        {none && (
          <li>
            <span className="map-swatch hatched" />
            <span>{t('map.no_row')}</span>
          </li>
        )}
      </ul>
    </section>
  );
}

/** A result on the city's map: areas, cells or points, coloured by one of its numbers. */
export default function ResultMap({ result }: { result: Result }) {
  const { t, lang } = useAnalystWords();
  const container = useRef<HTMLDivElement>(null);
  const tip = useRef<HTMLDivElement>(null);
  const view = useRef<ResultMapView | null>(null);
  const trouble = usePage((page) => page.map_trouble);
  const theme = useTheme();
  const [palette, setPalette] = useState<Palette | null>(null);
  const [pointed, setPointed] = useState<Pointed>(null);
  /** The column of the colour that was chosen for one result; another result has other columns. */
  const [chosen, setChosen] = useState<{ of: string; value: number | null } | null>(null);
  const [how, setHow] = useState<Together>('sum');
  const { wards, districts, known } = useKnown();
  const basemap = useBasemap().data;
  const { columns, rows, count, query, id } = result;
  const value = chosen?.of === id ? chosen.value : undefined;

  const pick = useMemo(() => {
    const found = known ? mapPick(columns, rows.slice(0, count), query.draw, known) : null;
    return found && value !== undefined ? { ...found, value } : found;
  }, [known, columns, rows, count, query, value]);
  const places = useMemo(
    () => (pick ? placesOf(rows.slice(0, count), pick, how) : null),
    [pick, rows, count, how],
  );
  const ramp = useMemo(() => (places ? rampOfPlaces(places) : null), [places]);
  const boundaryOf = useBoundaryOf(pick?.kind === 'h3');
  const drawn = useMemo(() => {
    const areas = pick?.kind === 'district' ? districts : wards;
    return areas ? drawnAreas(areas) : null;
  }, [pick?.kind, wards, districts]);
  const can = pick !== null && trouble === null;

  useLayoutEffect(() => {
    const box = container.current;
    if (!box || !can) return;
    const made = new ResultMapView({
      container: box,
      palette: readPalette(),
      city: CITY,
      still: asksForStillness(),
      pointed: (what, x, y) => {
        setPointed(what);
        tip.current?.style.setProperty('translate', `${x}px ${y}px`);
      },
      drawn: () => {
        box.dataset.drawn = 'true';
      },
    });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, [can]);
  useEffect(() => {
    if (!theme) return;
    const read = readPalette();
    setPalette(read);
    view.current?.setPalette(read);
  }, [theme]);
  useEffect(() => {
    if (wards && can) view.current?.setBorders(drawnAreas(wards));
    if (can) view.current?.setLabels(labelPoints(wards, districts, lang));
  }, [wards, districts, lang, can]);
  useEffect(() => {
    if (basemap && can) view.current?.setBasemap(basemap);
  }, [basemap, can]);
  const title = t('map.label');
  useEffect(() => {
    if (can) view.current?.setTitle(title);
  }, [title, can]);
  useEffect(() => {
    if (!places || !ramp || !drawn || !palette || !can) return;
    if (places.kind === 'h3' && !boundaryOf) return;
    const name = `${id}|${count}|${pick?.value}|${how}`;
    view.current?.show(pictureOf(places, ramp, palette, drawn, name, boundaryOf ?? (() => [])));
  }, [places, ramp, drawn, palette, can, boundaryOf, id, count, pick, how]);
  const about = useTip(places, pick, result)(pointed);

  if (trouble !== null) return <p className="result-note">{t('map.no_webgl')}</p>;
  if (known && !pick) return <p className="result-note">{t('map.none')}</p>;
  if (!pick || !places || !ramp) return <div className="result-map skeleton" />;
  const areas = places.kind === 'ward' || places.kind === 'district';
  const several = places.kind !== 'points' && places.several;
  const valueName = pick.value === null ? t('map.rows') : (columns[pick.value]?.name ?? '');
  return (
    <div className="result-map" data-testid="map">
      <div className="map-box" ref={container} data-testid="map-box" />
      <div className="map-tip-anchor" ref={tip} aria-hidden="true">
        {about && (
          <div className="map-tip">
            <strong>{about.title}</strong>
            <span>{about.value}</span>
          </div>
        )}
      </div>
      <div className="picks map-picks panel">
        <label>
          {t('map.value')}
          <select
            value={pick.value ?? ''}
            onChange={(event) =>
              setChosen({ of: id, value: event.target.value === '' ? null : Number(event.target.value) })
            }
            data-testid="map-value"
          >
            <option value="">{t('map.rows')}</option>
            {[...new Set([...quantities(columns), ...(pick.value === null ? [] : [pick.value])])].map(
              (at) => (
                <option key={at} value={at}>
                  {columns[at]?.name}
                </option>
              ),
            )}
          </select>
        </label>
        {several && (
          <label>
            {t('map.together')}
            <select value={how} onChange={(event) => setHow(event.target.value as Together)}>
              {TOGETHER.map((one) => (
                <option key={one} value={one}>
                  {t(`map.how.${one}`)}
                </option>
              ))}
            </select>
          </label>
        )}
        <span className="map-places" data-testid="map-places">
          {t(areas ? 'map.areas' : places.kind === 'h3' ? 'map.cells' : 'map.points', {
            n: formatNumber(lang, places.kind === 'points' ? places.points.length : places.places.length),
          })}
          {places.left_out > 0 && ` · ${t('map.left_out', { n: formatNumber(lang, places.left_out) })}`}
        </span>
      </div>
      <Legend
        ramp={ramp}
        title={several ? `${valueName} (${t(`map.how.${how}`)})` : valueName}
        none={areas && places.places.length < (drawn?.areas.features.length ?? 0)}
      />
      <div className="map-zoom panel">
        <button type="button" aria-label={t('map.zoom_in')} onClick={() => view.current?.zoomBy(1)}>
          +
        </button>
        <button type="button" aria-label={t('map.zoom_out')} onClick={() => view.current?.zoomBy(-1)}>
          −
        </button>
      </div>
    </div>
  );
}
