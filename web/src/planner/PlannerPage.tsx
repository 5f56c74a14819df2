import './PlannerPage.css';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useBasemap } from '../api/queries.ts';
import { useFigures } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { Inset } from '../map/Inset.tsx';
import { Legend, LegendStrip } from '../map/Legend.tsx';
import { MapBoundary } from '../map/MapBoundary.tsx';
import { MapControls } from '../map/MapControls.tsx';
import { usePhone } from '../media.ts';
import { SchematicBand } from '../shell/SchematicBand.tsx';
import { Sheet, type SheetHeight } from '../shell/Sheet.tsx';
import { setView, usePage, useView } from '../state.ts';
import { Filters } from './Filters.tsx';
import { Ranking } from './Ranking.tsx';
import { SearchBox } from './SearchBox.tsx';
import { TakeMenu } from './TakeMenu.tsx';
import { WardCard } from './WardCard.tsx';

const MonitorMap = lazy(() => import('../map/MonitorMap.tsx'));
const TableView = lazy(() => import('./TableView.tsx'));

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
  const figures = useFigures();
  const phone = usePhone();
  const area = useView((view) => view.area);
  const asked = useView((view) => view.view);
  const trouble = usePage((page) => page.map_trouble);
  const [height, setHeight] = useState<SheetHeight>('low');
  const table = trouble !== null || asked === 'table';
  useEffect(() => {
    if (area) setHeight((now) => (now === 'low' ? 'middle' : now));
  }, [area]);
  const content = (
    <>
      {/* Kept while a card is open, so that closing it finds the list where it was. */}
      <div className="panel-list" hidden={area !== null || table}>
        {!phone && !table && <SearchBox />}
        <Ranking figures={figures} />
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
          {table ? (
            <TableView figures={figures} />
          ) : (
            <MapBoundary>
              <MonitorMap figures={figures} />
            </MapBoundary>
          )}
        </Suspense>
        <div className="top-left">
          <Filters />
          {!table && !phone && <ToTable />}
          {!phone && <TakeMenu figures={figures} map={!table} />}
          {table && <SearchBox />}
        </div>
        {!table && (
          <>
            <Inset figures={figures} />
            <MapControls />
            <Attribution />
          </>
        )}
        {!phone && !table && <Legend figures={figures} />}
        {phone && (!table || area) && (
          <Sheet
            height={height}
            change={setHeight}
            head={
              <>
                <LegendStrip figures={figures} />
                {!area && <SearchBox />}
              </>
            }
          >
            {content}
            {!table && !area && height !== 'low' && (
              <p className="sheet-ways">
                <ToTable />
                <TakeMenu figures={figures} map />
              </p>
            )}
          </Sheet>
        )}
        {!phone && (!table || area) && <aside className="side panel">{content}</aside>}
      </main>
    </>
  );
}
