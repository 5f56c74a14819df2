import './PlannerPage.css';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useBasemap } from '../api/queries.ts';
import { useCompared } from '../figures/use-compared.ts';
import { useFigures, useTimeStep } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { Inset } from '../map/Inset.tsx';
import { Legend, LegendStrip } from '../map/Legend.tsx';
import { MapBoundary } from '../map/MapBoundary.tsx';
import { MapControls } from '../map/MapControls.tsx';
import { useNarrow, usePhone } from '../media.ts';
import { SchematicBand } from '../shell/SchematicBand.tsx';
import { Sheet, type SheetHeight } from '../shell/Sheet.tsx';
import { setView, usePage, useView } from '../state.ts';
import { Filters } from './Filters.tsx';
import { ModeTabs } from './ModeTabs.tsx';
import { Ranking } from './Ranking.tsx';
import { SearchBox } from './SearchBox.tsx';
import { TakeMenu } from './TakeMenu.tsx';
import { TimeBar } from './time/TimeBar.tsx';
import { WardCard } from './WardCard.tsx';

const MonitorMap = lazy(() => import('../map/MonitorMap.tsx'));
const TableView = lazy(() => import('./TableView.tsx'));
// What only a mode of the map needs comes when somebody goes into it.
const SitingPanel = lazy(() => import('./siting/SitingPanel.tsx'));
const ComparePanel = lazy(() => import('./compare/ComparePanel.tsx'));
const CompareMap = lazy(() => import('./compare/CompareMap.tsx'));
const CompareTable = lazy(() => import('./compare/CompareTable.tsx'));

function ToTable() {
  const { t } = useWords();
  return (
    <button
      type="button"
      className="button to-table"
      onClick={() => setView({ view: 'table' })}
      data-testid="to-table"
    >
      {t('table.to_table')}
    </button>
  );
}

function Attribution() {
  const { t } = useWords();
  const who = useBasemap().data?.attribution;
  return who ? <p className="attribution">{t('map.attribution', { who })}</p> : null;
}

/** Where are many people and little learning? The map, its ranking, and one area at a time. */
export function PlannerPage() {
  const own = useFigures();
  const comparison = useCompared();
  const { compared } = comparison;
  const figures = compared?.now ?? own;
  const phone = usePhone();
  const narrow = useNarrow();
  const area = useView((view) => view.area);
  const asked = useView((view) => view.view);
  const mode = useView((view) => view.mode);
  const trouble = usePage((page) => page.map_trouble);
  const ready = usePage((page) => page.map_ready);
  const stepped = useTimeStep() !== null;
  const [height, setHeight] = useState<SheetHeight>('low');
  const table = trouble !== null || asked === 'table';
  useEffect(() => {
    if (area || mode) setHeight((now) => (now === 'low' ? 'middle' : now));
  }, [area, mode]);
  const beside = area !== null || mode !== null;
  const content = (
    <>
      {/* Kept while a card is open, so that closing it finds the list where it was. */}
      <div className="panel-list" hidden={area !== null || (table && mode === null)}>
        {!phone && !table && <SearchBox />}
        {!table && <ModeTabs />}
        {mode === null && <Ranking figures={figures} />}
        <Suspense fallback={<div className="card-ghost skeleton" />}>
          {mode === 'compare' && <ComparePanel {...comparison} />}
          {mode === 'siting' && <SitingPanel hidden={area !== null} />}
        </Suspense>
      </div>
      {area && <WardCard code={area} />}
    </>
  );
  return (
    <>
      {figures.areas?.boundary === 'schematic' && <SchematicBand />}
      <main
        id="main"
        tabIndex={-1}
        className={`planner ${phone ? `phone sheet-${height}` : 'desktop'} ${table ? 'with-table' : 'with-map'} ${figures.figure === 'coverage' ? 'with-cells' : ''}`}
      >
        <Suspense fallback={<div className="map-waiting" />}>
          {table && mode === 'compare' && <CompareTable compared={compared} />}
          {table && mode !== 'compare' && <TableView figures={figures} />}
          {!table && (
            <MapBoundary>
              <MonitorMap figures={figures} before={compared?.before}>
                {compared && ready && (
                  <Suspense>
                    <CompareMap compared={compared} />
                  </Suspense>
                )}
              </MonitorMap>
            </MapBoundary>
          )}
        </Suspense>
        <div className="top-left">
          <Filters />
          {!table && !phone && <ToTable />}
          {!phone && <TakeMenu figures={figures} map={!table} />}
          {!phone && narrow && !table && !stepped && <TimeBar busy={figures.busy} />}
          {table && <ModeTabs />}
          {table && <SearchBox />}
        </div>
        {!table && (
          <>
            <Inset figures={figures} />
            <MapControls />
            <Attribution />
            {!narrow && (
              <div className="time-place">
                <TimeBar busy={figures.busy} />
              </div>
            )}
          </>
        )}
        {!phone && !table && <Legend figures={figures} before={compared?.before} />}
        {phone && (!table || beside) && (
          <Sheet
            height={height}
            change={setHeight}
            head={
              <>
                <LegendStrip figures={figures} compared={compared !== null} />
                {!beside && <SearchBox />}
              </>
            }
          >
            {!table && !area && height !== 'low' && stepped && <TimeBar busy={figures.busy} />}
            {content}
            {!table && !beside && height !== 'low' && (
              <p className="sheet-ways">
                <ToTable />
                <TakeMenu figures={figures} map />
                {!stepped && <TimeBar busy={figures.busy} />}
              </p>
            )}
          </Sheet>
        )}
        {!phone && (!table || beside) && (
          <aside className="side panel">
            {narrow && !table && stepped && <TimeBar busy={figures.busy} />}
            {content}
          </aside>
        )}
      </main>
    </>
  );
}
