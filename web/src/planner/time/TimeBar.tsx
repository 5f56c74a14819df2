import './TimeBar.css';
import { useEffect, useState } from 'react';
import { useTimeStep, useWholeBounds } from '../../figures/use-figures.ts';
import { useWords } from '../../i18n/index.ts';
import { asksForStillness } from '../../media.ts';
import { toggleSteps } from '../../modes.ts';
import { setView, useView } from '../../state.ts';
import { stepRange, stepsOf } from '../../text/window.ts';
import { TIME_STEPS, type TimeStep } from '../../url-state.ts';
import { useWindowText } from '../use-window-text.ts';

/** How long each step is looked at while it plays, ms. */
const LOOK_MS = 1_400;

const ICONS = {
  play: 'M8 5l11 7l-11 7z',
  pause: 'M8 5v14M16 5v14',
  previous: 'M15 5l-7 7l7 7',
  next: 'M9 5l7 7l-7 7',
  close: 'M6 6l12 12M18 6L6 18',
};

function Icon({ name, act, off = false }: { name: keyof typeof ICONS; act: () => void; off?: boolean }) {
  const { t } = useWords();
  const label = t(name === 'close' ? 'time.whole' : `time.${name}`);
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      onClick={act}
      disabled={off}
      data-testid={`time-${name}`}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={ICONS[name]} />
      </svg>
    </button>
  );
}

/** Opens the window step by step. */
function Open() {
  const { t } = useWords();
  return (
    <button type="button" className="button time-open" onClick={toggleSteps} data-testid="time-open">
      {t('time.open')}
    </button>
  );
}

/** The window step by step: a slider, a step back and forth, and playing it where the device allows motion. */
function Steps({ busy, at }: { busy: boolean; at: string }) {
  const { t } = useWords();
  const whole = useWholeBounds();
  const step = useView((view) => view.step);
  const windowText = useWindowText();
  const [playing, setPlaying] = useState(false);
  const still = asksForStillness();
  const steps = stepsOf(whole, step);
  const place = Math.max(0, steps.indexOf(at));
  const go = (to: number, how: 'push' | 'replace' = 'replace') => {
    const next = steps[Math.min(steps.length - 1, Math.max(0, to))];
    if (next !== undefined && next !== at) setView({ at: next }, how);
  };
  const next = steps[place + 1];
  useEffect(() => {
    if (!playing || busy) return;
    if (next === undefined) return setPlaying(false);
    // Counted from when the step's figures are there: a slow answer is not skipped.
    const timer = window.setTimeout(() => setView({ at: next }, 'replace'), LOOK_MS);
    return () => window.clearTimeout(timer);
  }, [playing, busy, next]);
  const change = (kind: TimeStep) => {
    setPlaying(false);
    setView({ step: kind, at: stepsOf(whole, kind).at(-1) ?? null });
  };
  const text = windowText(stepRange(at, step));
  return (
    <section className="time-bar panel" aria-label={t('time.label')} data-testid="time-bar">
      <div className="time-row">
        {!still &&
          (playing ? (
            <Icon name="pause" act={() => setPlaying(false)} />
          ) : (
            <Icon
              name="play"
              act={() => {
                if (next === undefined) go(0);
                setPlaying(true);
              }}
            />
          ))}
        <Icon name="previous" act={() => go(place - 1)} off={place === 0} />
        <Icon name="next" act={() => go(place + 1)} off={next === undefined} />
        <output className="time-text" data-testid="time-text" aria-busy={busy}>
          {text}
        </output>
        <select
          aria-label={t('time.step')}
          value={step}
          onChange={(event) => change(event.target.value as TimeStep)}
          data-testid="time-step"
        >
          {TIME_STEPS.filter((one) => one === 'day' || whole.days >= 14).map((one) => (
            <option key={one} value={one}>
              {t(`time.${one}`)}
            </option>
          ))}
        </select>
        <Icon name="close" act={toggleSteps} />
      </div>
      <input
        type="range"
        min={0}
        max={Math.max(0, steps.length - 1)}
        step={1}
        value={place}
        aria-label={t('time.slider')}
        aria-valuetext={text}
        onChange={(event) => {
          setPlaying(false);
          go(Number(event.target.value));
        }}
        data-testid="time-slider"
      />
      <small>
        {t('time.breaks')} {still && t('time.still')}
      </small>
    </section>
  );
}

/** The time slider, or the way to it; nothing for a single day and while two windows are compared. */
export function TimeBar({ busy }: { busy: boolean }) {
  const whole = useWholeBounds();
  const step = useTimeStep();
  const mode = useView((view) => view.mode);
  if (mode === 'compare' || whole.days <= 1) return null;
  return step === null ? <Open /> : <Steps busy={busy} at={step.first} />;
}
