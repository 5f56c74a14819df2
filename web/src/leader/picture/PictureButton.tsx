import { useState } from 'react';
import { useAreas } from '../../api/queries.ts';
import { tokenOf } from '../../figures/area-value.ts';
import { useWords } from '../../i18n/index.ts';
import { drawnAreas } from '../../map/drawn-areas.ts';
import { readPalette } from '../../map/palette.ts';
import {
  formatDateTime,
  formatDay,
  formatDelay,
  formatNumber,
  formatShare,
  formatTime,
} from '../../text/format.ts';
import { type AreaColours, coloursOf } from '../map/colours.ts';
import { useAreaBook } from '../model/areas.ts';
import { callsOf } from '../model/board.ts';
import { useLeaderWords } from '../model/use-leader-words.ts';
import type { LeaderModel } from '../model/use-model.ts';
import { drawState, type PictureInk, type StatePicture, toPng } from './draw-state.ts';
import { sharePicture } from './share-picture.ts';

const MOST_BEHIND = 3;
/** A weight of the page's font is only loaded once it is written with. */
const WEIGHTS = [400, 600, 700] as const;

function inks(): PictureInk {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    page: of('page'),
    surface: of('surface'),
    text: of('text'),
    muted: of('muted'),
    border: of('border'),
    live: of('live'),
    warn: of('warn'),
    ground: of('map-ground'),
    outline: of('border-strong'),
  };
}

function colourOf({ scale, valueOf: figureOf }: AreaColours): (code: string) => string {
  const { css } = readPalette();
  return (code) => {
    const value = figureOf(code);
    if (value === undefined) return css['area-pending'];
    if (typeof value !== 'number') return css['map-ground'];
    return css[tokenOf(scale, { code, state: 'value', value, low: null, high: null })];
  };
}

/** One tap for a picture of the state, with of when it is, to send on. */
export function PictureButton({ model }: { model: LeaderModel }) {
  const { t, lang } = useWords();
  const { nameOf, parent_by_ward } = useAreaBook();
  const { counted, gapText } = useLeaderWords();
  const areas = useAreas('ward').data;
  const [failed, setFailed] = useState(false);
  const { value, expected, target, measure, as_of_ms, title } = model;
  const ready = value !== undefined && title !== undefined && areas !== undefined && as_of_ms != null;

  const describe = (): StatePicture | null => {
    if (!ready || !areas) return null;
    const progress = model.district_progress;
    const drawn = drawnAreas(areas);
    const calls = callsOf(model.districts ?? [], model.ward_progress, parent_by_ward, MOST_BEHIND);
    const colours = coloursOf(model.wards);
    const stale = model.stale.stale && model.stale.since !== null;
    return {
      title,
      when: progress
        ? `${formatDay(lang, Date.parse(progress.from))}–${formatDay(lang, Date.parse(progress.to) - 1)}`
        : t('leader.today_unit'),
      value: value === null ? t('leader.hidden') : formatNumber(lang, value),
      unit: t(`leader.unit.${measure}`),
      expected:
        expected === null ? '' : t('leader.expected', { n: formatNumber(lang, Math.round(expected)) }),
      gap: gapText(value, expected) ?? '',
      ahead: value !== null && expected !== null && value >= Math.round(expected),
      bar:
        target === null || value === null
          ? null
          : {
              share: value / target,
              expected: expected === null ? null : expected / target,
              text: `${t('leader.of_target', { share: formatShare(lang, value / target) })} · ${t('leader.target', { n: formatNumber(lang, target) })}`,
            },
      behind: {
        heading: t(calls.length > 0 ? 'leader.picture.behind' : 'leader.picture.first'),
        lines:
          calls.length > 0
            ? calls.map(
                ({ district }) =>
                  `${nameOf(district.code)}: ${formatNumber(lang, district.value)} / ${formatNumber(lang, Math.round(district.expected_now ?? 0))}`,
              )
            : (model.districts ?? [])
                .slice(0, MOST_BEHIND)
                .map(({ code, value: count }) => `${nameOf(code)}: ${counted(count, measure)}`),
      },
      map: {
        parts: drawn.parts.filter((part) => !drawn.outside.includes(part)),
        city: drawn.city,
        colourOf: colourOf(colours),
        key: t(colours.kind === 'pace' ? 'leader.map.pace' : 'leader.map.value'),
      },
      as_of: [
        `${t('live.as_of', { time: formatDateTime(lang, as_of_ms) })}`,
        stale
          ? t('live.lost', { time: formatTime(lang, model.stale.since ?? 0) })
          : t('live.lag', { delay: formatDelay(lang, model.lag_ms) }),
      ].join(' · '),
      product: areas.boundary === 'schematic' ? `${t('product')} · ${t('schematic.band')}` : t('product'),
    };
  };

  const send = async () => {
    setFailed(false);
    try {
      const picture = describe();
      if (!picture) return;
      await Promise.all(
        WEIGHTS.map((weight) => document.fonts.load(`${weight} 30px "Be Vietnam Pro"`, 'ữ0')),
      );
      const blob = await toPng(drawState(picture, inks()));
      const stamp = new Date(as_of_ms ?? 0).toISOString().slice(0, 16).replace(/\D/g, '');
      await sharePicture(`${model.id ?? 'today'}-${stamp}.png`, blob, `${picture.title}. ${picture.as_of}`);
    } catch (error) {
      console.error('the picture could not be made', error);
      setFailed(true);
    }
  };
  return (
    <>
      <button
        type="button"
        className="button primary picture-button"
        disabled={!ready}
        onClick={() => void send()}
        data-testid="send-picture"
      >
        {t('leader.picture.send')}
      </button>
      {failed && <p role="alert">{t('leader.picture.failed')}</p>}
    </>
  );
}
