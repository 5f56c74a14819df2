import './MapControls.css';
import { useWords } from '../i18n/index.ts';
import type { Bbox } from './geometry.ts';
import { mapHandle } from './handle.ts';

/** The dense inner city, where wards are too small to read in a view of everything. */
const CORE: Bbox = [106.6, 10.72, 106.82, 10.9];

const ICONS = {
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  city: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  core: 'M12 3v4M12 17v4M3 12h4M17 12h4M12 8a4 4 0 1 1 0 8a4 4 0 1 1 0-8',
};

function Control({ icon, label, act }: { icon: keyof typeof ICONS; label: string; act: () => void }) {
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} onClick={act}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={ICONS[icon]} />
      </svg>
    </button>
  );
}

/** Zoom and the two views people come back to. */
export function MapControls() {
  const { t } = useWords();
  return (
    <div className="map-controls panel">
      <Control icon="plus" label={t('map.zoom_in')} act={() => mapHandle.current?.zoomBy(1)} />
      <Control icon="minus" label={t('map.zoom_out')} act={() => mapHandle.current?.zoomBy(-1)} />
      <Control icon="city" label={t('map.city')} act={() => mapHandle.current?.showCity()} />
      <Control icon="core" label={t('map.core')} act={() => mapHandle.current?.showBox(CORE)} />
    </div>
  );
}
