import { lazy, memo, Suspense } from 'react';
import { useWords } from '../../i18n/index.ts';
import { MapBoundary } from '../../map/MapBoundary.tsx';
import { usePage } from '../../state.ts';
import type { LeaderMapProps } from './LeaderMap.tsx';

const LeaderMap = lazy(() => import('./LeaderMap.tsx'));

/** The map, or why there is none: the figures stand beside it either way. Numbers that change do not draw it anew. */
export const MapPart = memo(function MapPart(props: LeaderMapProps) {
  const { t } = useWords();
  const trouble = usePage((page) => page.map_trouble);
  if (trouble !== null) return <p className="map-none">{t('leader.map.none')}</p>;
  return (
    <Suspense fallback={null}>
      <MapBoundary>
        <LeaderMap {...props} />
      </MapBoundary>
    </Suspense>
  );
});
