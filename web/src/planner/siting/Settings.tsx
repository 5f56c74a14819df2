import { useEffect, useState } from 'react';
import { useAreas } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import {
  CANDIDATE_CHOICES,
  MOST_POINTS,
  MOST_STOPS,
  REACH_M,
  type SitingView,
  WEIGHT_CHOICES,
} from '../../siting-url.ts';
import { useView } from '../../state.ts';
import { formatNumber } from '../../text/format.ts';
import { parsePoints, writePoints } from './parse-points.ts';
import { setSiting } from './use-siting.ts';
import { useSettingWords } from './use-siting-words.ts';

type NumberProps = {
  label: string;
  name: string;
  value: number;
  least: number;
  most: number;
  step: number;
  change: (value: number) => void;
};

/** A number that counts once it makes sense: while somebody types `1` of `15`, nothing is chosen yet. */
function NumberField({ label, name, value, least, most, step, change }: NumberProps) {
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);
  const take = () => {
    const number = Math.round(Number(text));
    if (text.trim() === '' || Number.isNaN(number)) return setText(String(value));
    const allowed = Math.min(most, Math.max(least, number));
    setText(String(allowed));
    if (allowed !== value) change(allowed);
  };
  return (
    <label>
      {label}
      <input
        type="number"
        value={text}
        min={least}
        max={most}
        step={step}
        onChange={(event) => setText(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => event.key === 'Enter' && take()}
        data-testid={`siting-${name}`}
      />
    </label>
  );
}

/** Points of one's own, pasted as text. */
function PointsField({ siting }: { siting: SitingView }) {
  const { t, lang } = useWords();
  const [text, setText] = useState(writePoints(siting.points));
  const { points, bad, too_many } = parsePoints(text);
  const most = formatNumber(lang, MOST_POINTS);
  return (
    <div className="siting-points">
      <label>
        {t('siting.points')}
        <textarea
          rows={4}
          value={text}
          onChange={(event) => setText(event.target.value)}
          aria-describedby="points-hint"
          data-testid="siting-points"
        />
      </label>
      <p id="points-hint" className="card-note">
        {t('siting.points_hint', { most })} {points.length === 0 && t('siting.points_none')}
      </p>
      {(bad.length > 0 || too_many) && (
        <p className="card-note bad" role="alert">
          {bad.length > 0 && t('siting.points_bad', { lines: bad.slice(0, 5).join(', ') })}{' '}
          {too_many && t('siting.points_many', { most })}
        </p>
      )}
      <button
        type="button"
        className="button"
        disabled={points.length === 0}
        onClick={() => setSiting({ points, [siting.on]: [], hand: [] })}
        data-testid="siting-points-use"
      >
        {t('siting.points_use')}
      </button>
    </div>
  );
}

/** How many stops, how far people come, what counts, and where stops may stand. */
export function Settings() {
  const { t, lang } = useWords();
  const siting = useView((view) => view.siting);
  const words = useSettingWords();
  const districts = useAreas('district').data;
  return (
    <fieldset className="siting-settings">
      <legend className="hidden-text">{t('siting.settings')}</legend>
      <NumberField
        label={t('siting.count')}
        name="count"
        value={siting.count}
        least={1}
        most={MOST_STOPS}
        step={1}
        change={(count) => setSiting({ count })}
      />
      <NumberField
        label={t('siting.reach')}
        name="reach"
        value={siting.reach_m}
        least={REACH_M.least}
        most={REACH_M.most}
        step={100}
        change={(reach_m) => setSiting({ reach_m })}
      />
      <label className="wide">
        {t('siting.weight')}
        <select
          value={siting.weight}
          onChange={(event) => setSiting({ weight: event.target.value as SitingView['weight'] })}
          data-testid="siting-weight"
        >
          {WEIGHT_CHOICES.map((one) => (
            <option key={one} value={one}>
              {words.weight(one)}
            </option>
          ))}
        </select>
      </label>
      <label className="wide">
        {t('siting.from')}
        <select
          value={siting.from}
          onChange={(event) => setSiting({ from: event.target.value as SitingView['from'] })}
          data-testid="siting-from"
        >
          {CANDIDATE_CHOICES.map((one) => (
            <option key={one} value={one}>
              {words.from(one)}
            </option>
          ))}
        </select>
      </label>
      {siting.from === 'points' && <PointsField siting={siting} />}
      <label className="wide">
        {t('siting.within')}
        <select
          value={siting.within ?? ''}
          onChange={(event) => setSiting({ within: event.target.value || null })}
          data-testid="siting-within"
        >
          <option value="">{t('siting.within_all')}</option>
          {districts?.features.map(({ properties: { code, name, name_en } }) => (
            <option key={code} value={code}>
              {lang === 'vi' ? name : name_en}
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  );
}
