import { type KeyboardEvent, useRef } from 'react';
import type { Siting } from '../../../../server/contract/siting.ts';
import { useWords } from '../../i18n/index.ts';
import { mapHandle } from '../../map/handle.ts';
import { MOST_STOPS, type Stop } from '../../siting-url.ts';
import { useView, viewStore } from '../../state.ts';
import { formatNumber } from '../../text/format.ts';
import { BIG_STEP_M, isMoveKey, movedBy, STEP_M } from './move.ts';
import { stopLabel } from './plan-query.ts';
import { planStore, usePlan } from './plan-store.ts';
import { useWardNames } from './use-names.ts';
import { putStop, setSiting } from './use-siting.ts';

/** Where a stop goes that is added without pointing at the map. */
const CITY = { lon: 106.7, lat: 10.78 };

function removeStop(at: number): void {
  const { siting } = viewStore.get();
  const { on, hand } = siting;
  planStore.set({ selected: null });
  setSiting({
    [on]: siting[on].filter((_, place) => place !== at),
    hand: hand.includes(on) ? hand : [...hand, on].sort(),
  });
}

function addStop(): void {
  const { siting, camera } = viewStore.get();
  const { on, hand } = siting;
  const { lon, lat } = camera ?? CITY;
  setSiting({ [on]: [...siting[on], { lon, lat }], hand: hand.includes(on) ? hand : [...hand, on].sort() });
  planStore.set({ selected: siting[on].length });
}

/** What one stop of the plan adds, and the keys that move it. */
function StopRow({ at, stop, figures }: { at: number; stop: Stop; figures: Siting | null }) {
  const { t, lang } = useWords();
  const names = useWardNames();
  const on = useView((view) => view.siting.on);
  const selected = usePlan((plan) => plan.selected === at);
  const label = stopLabel(on, at);
  const site = figures?.fixed.sites[at];
  const ward = site ? names(site.ward) : '…';
  const people = site ? formatNumber(lang, site.residents_added) : '…';
  const keys = (event: KeyboardEvent<HTMLButtonElement>) => {
    if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      removeStop(at);
    } else if (selected && isMoveKey(event.key)) {
      event.preventDefault();
      const moved = movedBy(stop, event.key, event.shiftKey ? BIG_STEP_M : STEP_M);
      // The first step of a walk is one for the back button, the next ones only correct it.
      putStop(at, moved, event.repeat ? 'replace' : 'push');
      mapHandle.current?.showPoint(moved.lon, moved.lat);
    } else if (selected && event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      planStore.set({ selected: null });
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const rows = [...(event.currentTarget.closest('ol')?.querySelectorAll<HTMLElement>('.stop-row') ?? [])];
      rows[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
    }
  };
  return (
    <li className={selected ? 'stop-item selected' : 'stop-item'}>
      <button
        type="button"
        className="stop-row"
        aria-pressed={selected}
        aria-label={t('siting.stop', { label, ward, n: people })}
        onClick={() => {
          planStore.set({ selected: selected ? null : at });
          if (!selected) mapHandle.current?.showPoint(stop.lon, stop.lat);
        }}
        onKeyDown={keys}
        data-testid="stop-row"
        data-lon={stop.lon}
        data-lat={stop.lat}
      >
        <span className="stop-label">{label}</span>
        <span className="stop-ward">{ward}</span>
        <span className="stop-people">+{people}</span>
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={t('siting.remove', { label })}
        title={t('siting.remove', { label })}
        onClick={() => removeStop(at)}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M7 7l10 10M17 7L7 17" />
        </svg>
      </button>
    </li>
  );
}

/** The stops of the plan in work: choose one and move it by keys, take one away, add one. */
export function StopList({ stops, figures }: { stops: readonly Stop[]; figures: Siting | null }) {
  const { t, lang } = useWords();
  const names = useWardNames();
  const on = useView((view) => view.siting.on);
  const selected = usePlan((plan) => plan.selected);
  const spoken = useRef('');
  const site = selected === null ? undefined : figures?.fixed.sites[selected];
  if (selected !== null && site && figures) {
    spoken.current = t('siting.now', {
      label: stopLabel(on, selected),
      ward: names(site.ward),
      n: formatNumber(lang, figures.fixed.residents_new),
    });
  }
  return (
    <section aria-labelledby="stops-title">
      <h3 id="stops-title">{t('siting.stops')}</h3>
      <ol className="stop-list" data-testid="stop-list">
        {stops.map((stop, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a stop is its place in the plan; where it stands changes
          <StopRow key={at} at={at} stop={stop} figures={figures} />
        ))}
      </ol>
      <p className="card-note" role="status" data-testid="stop-said">
        {selected === null
          ? ''
          : `${t('siting.selected', { label: stopLabel(on, selected) })} ${spoken.current}`}
      </p>
      <p className="card-note">
        {t('siting.stops_hint', { step: formatNumber(lang, STEP_M), big: formatNumber(lang, BIG_STEP_M) })}
      </p>
      <button
        type="button"
        className="button"
        onClick={addStop}
        disabled={stops.length >= MOST_STOPS}
        data-testid="stop-add"
      >
        {t('siting.add')}
      </button>
    </section>
  );
}
