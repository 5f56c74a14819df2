import './Filters.css';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Level } from '../../../server/contract/area.ts';
import type { Basis } from '../../../server/contract/coverage.ts';
import { useToday } from '../clock.ts';
import { figureOf } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { setView, useView } from '../state.ts';
import { dateOf, NAMED_WINDOWS, parseWindow } from '../text/window.ts';
import { FIGURES, GROUP_CHOICES, SOURCE_CHOICES } from '../url-state.ts';
import { useWindowText } from './use-window-text.ts';

type PickProps<T extends string> = {
  label: string;
  name: string;
  value: T;
  options: readonly (readonly [T, string])[];
  pick: (value: T) => void;
};

/** A word of the sentence that can be another: the browser's own select, so that every keyboard and phone knows it. */
function Pick<T extends string>({ label, name, value, options, pick }: PickProps<T>) {
  const text = options.find(([one]) => one === value)?.[1];
  return (
    <span className="pick">
      <span aria-hidden="true">{text}</span>
      <select
        aria-label={label}
        value={value}
        onChange={(event) => pick(event.target.value as T)}
        data-testid={`filter-${name}`}
      >
        {options.map(([one, words]) => (
          <option key={one} value={one}>
            {words}
          </option>
        ))}
      </select>
    </span>
  );
}

/** First and last day of a window of one's own. */
function OwnDays({ done }: { done: () => void }) {
  const { t } = useWords();
  const today = dateOf(useToday());
  const window = useView((view) => view.window);
  const [first, setFirst] = useState(typeof window === 'string' ? today : window.first);
  const [last, setLast] = useState(typeof window === 'string' ? today : window.last);
  const choice = parseWindow(`${first}..${last}`);
  const show = (event: FormEvent) => {
    event.preventDefault();
    if (choice) setView({ window: choice });
    done();
  };
  return (
    <form className="own-days panel" onSubmit={show}>
      <label>
        {t('filter.from')}
        <input type="date" value={first} max={last} onChange={(event) => setFirst(event.target.value)} />
      </label>
      <label>
        {t('filter.to')}
        <input
          type="date"
          value={last}
          min={first}
          max={today}
          onChange={(event) => setLast(event.target.value)}
        />
      </label>
      <button type="submit" className="button primary" disabled={choice === null}>
        {t('filter.apply')}
      </button>
    </form>
  );
}

/** Where things are counted; the 3×3 map is of homes, so there it is asked only when somebody has chosen otherwise. */
function useBasisPick(): ReactNode {
  const { t } = useWords();
  const figure = useView(figureOf);
  const basis = useView((view) => view.basis);
  // Counts are by place and learners by home unless somebody asks otherwise.
  const standard: Basis = figure === 'events' ? 'place' : 'home';
  if (figure === 'coverage' && basis === null) return null;
  const options = [
    ['home', t('basis.home')],
    ['place', t('basis.place')],
  ] as const;
  return (
    <Pick
      label={t('filter.basis')}
      name="basis"
      value={basis ?? standard}
      options={options}
      pick={(value) => setView({ basis: value === standard ? null : value })}
    />
  );
}

/** All filters, read as one sentence: *90 ngày qua · mọi nguồn · tỉ lệ người học · theo nơi ở*. */
export function Filters() {
  const { t } = useWords();
  const { window, source, group, programme, level } = useView((view) => view);
  const figure = useView(figureOf);
  const windowText = useWindowText();
  const [choosing, setChoosing] = useState(false);
  const basis = useBasisPick();
  return (
    <section className="filters panel" aria-label={t('filter.label')} data-testid="filters">
      <div className="sentence">
        <Pick
          label={t('filter.window')}
          name="window"
          value={choosing || typeof window !== 'string' ? 'custom' : window}
          options={[
            ...NAMED_WINDOWS.map((one) => [one, t(`window.${one}`)] as const),
            ['custom', typeof window === 'string' ? t('window.custom') : windowText(window)] as const,
          ]}
          pick={(value) => {
            setChoosing(value === 'custom');
            if (value !== 'custom') setView({ window: value });
          }}
        />
        <Pick
          label={t('filter.source')}
          name="source"
          value={source ?? 'all'}
          options={[
            ['all', t('source.all')],
            ...SOURCE_CHOICES.map((one) => [one, t(`source.${one}`)] as const),
          ]}
          pick={(value) => setView({ source: value === 'all' ? null : value })}
        />
        <Pick
          label={t('filter.group')}
          name="group"
          value={group ?? 'all'}
          options={[
            ['all', t('group.all')],
            ...GROUP_CHOICES.map((one) => [one, t(`group.${one}`)] as const),
          ]}
          pick={(value) => setView({ group: value === 'all' ? null : value, cells: [] })}
        />
        {programme !== null && (
          <span className="pick-own">
            {t('programme.one', { tag: programme })}{' '}
            <button type="button" className="link" onClick={() => setView({ programme: null })}>
              {t('programme.clear')}
            </button>
          </span>
        )}
        <Pick
          label={t('filter.figure')}
          name="figure"
          value={figure}
          // A group has no rate of its own, and so no place on the 3×3 map.
          options={FIGURES.filter((one) => group === null || one !== 'coverage').map(
            (one) => [one, t(`figure.${one}`)] as const,
          )}
          pick={(value) => setView({ figure: value, basis: null, sort: null, cells: [] })}
        />
        {basis}
        <Pick
          label={t('filter.level')}
          name="level"
          value={level ?? 'auto'}
          options={(['auto', 'ward', 'district'] as const).map((one) => [one, t(`level.${one}`)] as const)}
          pick={(value: Level | 'auto') => setView({ level: value === 'auto' ? null : value })}
        />
      </div>
      {typeof window !== 'string' && !choosing && (
        <button type="button" className="pick-again" onClick={() => setChoosing(true)}>
          {t('window.custom')}
        </button>
      )}
      {choosing && <OwnDays done={() => setChoosing(false)} />}
    </section>
  );
}
