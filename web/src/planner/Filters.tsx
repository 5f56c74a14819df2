import './Filters.css';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Level } from '../../../server/contract/area.ts';
import type { Basis } from '../../../server/contract/coverage.ts';
import { useProgrammes } from '../api/queries.ts';
import { useToday } from '../clock.ts';
import { useBeforeRange } from '../figures/use-compared.ts';
import { figureOf } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { setView, useView } from '../state.ts';
import { formatDate } from '../text/format.ts';
import { type DayRange, dateOf, dayStart, NAMED_WINDOWS, parseWindow } from '../text/window.ts';
import { BEFORE, FIGURES, GROUP_CHOICES, SOURCE_CHOICES } from '../url-state.ts';
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
function OwnDays({
  start,
  show,
  done,
}: {
  start: DayRange | null;
  show: (days: DayRange) => void;
  done: () => void;
}) {
  const { t } = useWords();
  const today = dateOf(useToday());
  const [first, setFirst] = useState(start?.first ?? today);
  const [last, setLast] = useState(start?.last ?? today);
  const choice = parseWindow(`${first}..${last}`);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (choice && typeof choice !== 'string') show(choice);
    done();
  };
  return (
    <form className="own-days panel" onSubmit={send}>
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

/** Programmes that events name, each with its days; the one in the address also when no event names it. */
function useProgrammeOptions(): (readonly [string, string])[] {
  const { t, lang } = useWords();
  const chosen = useView((view) => view.programme);
  const known = useProgrammes().data?.programmes ?? [];
  const day = (date: string) => formatDate(lang, dayStart(date));
  const options = known.map(
    ({ programme, first_day, last_day }) =>
      [programme, t('programmes.days', { programme, first: day(first_day), last: day(last_day) })] as const,
  );
  const missing = chosen !== null && !known.some(({ programme }) => programme === chosen);
  return [
    ['', t('programmes.all')],
    ...options,
    ...(missing ? [[chosen, t('programme.one', { tag: chosen })] as const] : []),
  ];
}

/** What the window is compared with. */
function BeforePick() {
  const { t } = useWords();
  const before = useView((view) => view.before);
  const windowText = useWindowText();
  const range = useBeforeRange();
  const [choosing, setChoosing] = useState(false);
  return (
    <>
      <Pick
        label={t('compare.with')}
        name="before"
        value={choosing || typeof before !== 'string' ? 'own' : before}
        options={[
          ...BEFORE.map((one) => [one, `${t('compare.with')}: ${t(`compare.${one}`)}`] as const),
          [
            'own',
            typeof before === 'string'
              ? `${t('compare.with')}: ${t('compare.own')}`
              : `${t('compare.with')}: ${windowText(before)}`,
          ] as const,
        ]}
        pick={(value) => {
          setChoosing(value === 'own');
          if (value !== 'own') setView({ before: value });
        }}
      />
      {typeof before !== 'string' && !choosing && (
        <button type="button" className="pick-again" onClick={() => setChoosing(true)}>
          {t('compare.own')}
        </button>
      )}
      {choosing && (
        <OwnDays start={range} show={(days) => setView({ before: days })} done={() => setChoosing(false)} />
      )}
    </>
  );
}

/** All filters, read as one sentence: *90 ngày qua · mọi nguồn · tỉ lệ người học · theo nơi ở*. */
export function Filters() {
  const { t } = useWords();
  const { window, source, group, programme, level, division, mode } = useView((view) => view);
  const compares = mode === 'compare';
  const programmes = useProgrammeOptions();
  // A group has no rate of its own, and so no place on the 3×3 map; two windows are compared by their rates.
  const figures = FIGURES.filter((one) =>
    compares ? one === 'coverage' || one === 'rate' : group === null || one !== 'coverage',
  );
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
        {!compares && (
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
        )}
        {programmes.length > 1 && (
          <Pick
            label={t('programmes.label')}
            name="programme"
            value={programme ?? ''}
            options={programmes}
            pick={(value) => setView({ programme: value || null })}
          />
        )}
        <Pick
          label={t('filter.figure')}
          name="figure"
          value={figures.includes(figure) ? figure : 'coverage'}
          options={figures.map((one) => [one, t(`figure.${one}`)] as const)}
          pick={(value) => setView({ figure: value, basis: null, sort: null, cells: [] })}
        />
        {basis}
        {division === null && (
          <Pick
            label={t('filter.level')}
            name="level"
            value={level ?? 'auto'}
            options={(['auto', 'ward', 'district'] as const).map((one) => [one, t(`level.${one}`)] as const)}
            pick={(value: Level | 'auto') => setView({ level: value === 'auto' ? null : value })}
          />
        )}
        {mode !== 'siting' && (
          <Pick
            label={t('division.label')}
            name="division"
            value={division ?? 'now'}
            options={(['now', 'pre-2025'] as const).map((one) => [one, t(`division.${one}`)] as const)}
            pick={(value) =>
              setView({ division: value === 'now' ? null : 'pre-2025', area: null, cells: [], level: null })
            }
          />
        )}
        {compares && <BeforePick />}
      </div>
      {division !== null && <p className="filters-note">{t('division.note')}</p>}
      {typeof window !== 'string' && !choosing && (
        <button type="button" className="pick-again" onClick={() => setChoosing(true)}>
          {t('window.custom')}
        </button>
      )}
      {choosing && (
        <OwnDays
          start={typeof window === 'string' ? null : window}
          show={(days) => setView({ window: days })}
          done={() => setChoosing(false)}
        />
      )}
    </section>
  );
}
