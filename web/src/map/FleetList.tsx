import { useState } from 'react';
import { useWords } from '../i18n/index.ts';
import { useStore } from '../store.ts';
import { formatNumber } from '../text/format.ts';
import type { MapVehicle } from './fleet.ts';
import { fleetStore } from './fleet-store.ts';
import { mapHandle } from './handle.ts';
import { useVehicleText } from './VehicleTip.tsx';

function Row({ vehicle }: { vehicle: MapVehicle }) {
  const { t } = useWords();
  const [first] = useVehicleText(vehicle);
  const { source_id, name } = vehicle;
  return (
    <li>
      <button
        type="button"
        className="fleet-row"
        title={t('fleet.show', { name })}
        onClick={() => mapHandle.current?.showVehicle(source_id)}
        data-testid="fleet-row"
        data-id={source_id}
      >
        <span>{name}</span>
        <small>{first}</small>
      </button>
    </li>
  );
}

function Rows() {
  const fleet = useStore(fleetStore, (state) => state.fleet);
  const vehicles = [...fleet.values()].sort((a, b) => a.name.localeCompare(b.name, 'vi'));
  return (
    <ul className="fleet-rows">
      {vehicles.map((vehicle) => (
        <Row key={vehicle.source_id} vehicle={vehicle} />
      ))}
    </ul>
  );
}

/** Mobile libraries by name, for who does not point at the map: each is shown on it, with what is known of it. */
export function FleetList() {
  const { t, lang } = useWords();
  const size = useStore(fleetStore, (state) => state.fleet.size);
  const [open, setOpen] = useState(false);
  if (size === 0) return null;
  return (
    <details
      className="fleet"
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-testid="fleet-list"
    >
      <summary>{t('fleet.list', { n: formatNumber(lang, size) })}</summary>
      {open && <Rows />}
    </details>
  );
}
