import 'uplot/dist/uPlot.min.css';
import './ResultChart.css';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import { CITY_ZONE } from '../../../../server/contract/time.ts';
import { formatClock, formatDate, formatDay, formatNumber, type Lang } from '../../text/format.ts';
import { useTheme } from '../../theme.ts';
import type { Result } from '../use-run.ts';
import { useAnalystWords } from '../words.ts';
import { type ChartData, chartData } from './chart-data.ts';
import { type ChartPick, chartPick, quantities } from './picks.ts';

/** Lines are told apart by these, in this order; the legend names them. */
const COLOURS = ['--accent', '--gap-1', '--live', '--source-mobile', '--source-online', '--warn', '--bad'];
const DAY_S = 86_400;
const AXIS_PX = 46;
const FEW = 12;
/** Names on an axis stand upright when they need more room than this each, px. */
const NAME_PX = 64;

/** A figure on an axis or in a legend: enough decimals, none that say nothing. */
function figureText(lang: Lang, value: number): string {
  const size = Math.abs(value);
  const digits = Number.isInteger(value) || size >= 1000 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4;
  return formatNumber(lang, value, digits);
}

function timeText(lang: Lang, seconds: number, step: number, span: number): string {
  const ms = seconds * 1000;
  if (step < DAY_S)
    return span > 2 * DAY_S ? `${formatDay(lang, ms)} ${formatClock(lang, ms)}` : formatClock(lang, ms);
  return span > 300 * DAY_S ? formatDate(lang, ms) : formatDay(lang, ms);
}

function options(
  data: ChartData,
  pick: ChartPick,
  lang: Lang,
  along: string,
  size: { width: number; height: number },
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const { axis, xs, series } = data;
  const font = `12px ${style.getPropertyValue('--font')}`;
  const lines = { stroke: colour('--border'), width: 1 };
  const names = axis.kind === 'names' ? axis.names : null;
  const upright = names !== null && (size.width - AXIS_PX) / Math.max(1, xs.length) < NAME_PX;
  const xText = (x: number, step: number) => {
    if (names) return names[x] ?? '';
    if (axis.kind === 'time') return timeText(lang, x, step, (xs.at(-1) ?? 0) - (xs[0] ?? 0));
    return Number.isInteger(x) ? String(x) : figureText(lang, x);
  };
  const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
  return {
    ...size,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), CITY_ZONE),
    legend: { show: true, live: true },
    cursor: { drag: { x: axis.kind !== 'names', y: false } },
    scales: {
      x: {
        time: axis.kind === 'time',
        ...(pick.form === 'bar' || names ? { range: (_u, from, to) => barRange(xs, from, to) } : {}),
      },
      // A chart of amounts that does not begin at nothing exaggerates.
      y: { range: (_u, from, to) => [Math.min(0, from), to > 0 ? to * 1.06 : Math.max(to, 1)] },
    },
    axes: [
      {
        stroke: colour('--muted'),
        font,
        grid: { show: false },
        ticks: lines,
        ...(names
          ? {
              splits: () => names.map((_, at) => at),
              rotate: upright ? -90 : 0,
              size: upright ? 110 : AXIS_PX,
              values: (_u: uPlot, splits: number[]) =>
                splits.map((at) => cut(names[at] ?? '', upright ? 16 : 12)),
            }
          : {
              // Few months or weeks are named each, not the days between them.
              ...(axis.kind === 'time' && xs.length <= FEW ? { splits: () => xs } : {}),
              values: (_u: uPlot, splits: number[], _axis: number, _space: number, step: number) =>
                splits.map((x) => xText(x, step)),
            }),
      },
      {
        stroke: colour('--muted'),
        font,
        size: 64,
        grid: lines,
        ticks: { show: false },
        values: (_u, splits) => splits.map((value) => figureText(lang, value)),
      },
    ],
    series: [
      { label: along, value: (_u, x) => (x == null ? '–' : xText(x, axis.kind === 'time' ? stepOf(xs) : 1)) },
      ...series.map(({ name }, at): uPlot.Series => {
        const stroke = colour(COLOURS[at % COLOURS.length] ?? '--accent');
        const bars = pick.form === 'bar' ? barPaths(xs, at, series.length) : undefined;
        return {
          label: name,
          stroke,
          width: 2,
          spanGaps: true,
          points: { show: pick.form === 'line' && xs.length <= 60, size: 5 },
          value: (_u, value) => (value == null ? '–' : figureText(lang, value)),
          ...(bars ? { paths: bars, fill: stroke, width: 0 } : {}),
        };
      }),
    ],
  };
}

/** The least distance between neighbours on the axis. */
function stepOf(xs: readonly number[]): number {
  const steps = xs.slice(1).map((x, at) => x - (xs[at] ?? 0));
  return steps.length > 0 ? Math.min(...steps) : 1;
}

/** Bars of several series beside each other: the `at`-th of `count` at every place. */
function barPaths(xs: readonly number[], at: number, count: number): uPlot.Series.PathBuilder | undefined {
  const group = 0.8 * stepOf(xs);
  const width = group / count;
  const unit = 1;
  return uPlot.paths.bars?.({
    size: [1, 90],
    disp: {
      x0: { unit, values: () => xs.map((x) => x - group / 2 + at * width) },
      size: { unit, values: () => xs.map(() => width * 0.94) },
    },
  });
}

/** Room for half a bar at both ends. */
function barRange(xs: readonly number[], from: number, to: number): [number, number] {
  const half = stepOf(xs) / 2;
  return [from - half, to + half];
}

function useDrawing(data: ChartData | null, pick: ChartPick | null, along: string) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const { lang } = useAnalystWords();
  const theme = useTheme();
  useLayoutEffect(() => {
    const container = box.current;
    if (!container || !data || !pick || !theme) return;
    const sizeOf = () => ({
      width: Math.max(200, container.clientWidth),
      height: Math.max(160, container.clientHeight - 40),
    });
    const made = new uPlot(
      options(data, pick, lang, along, sizeOf()),
      [data.xs, ...data.series.map(({ values }) => values)],
      container,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize(sizeOf()));
    observer.observe(container);
    return () => {
      observer.disconnect();
      plot.current = null;
      made.destroy();
    };
  }, [data, pick, lang, along, theme]);
  return box;
}

/** A result as lines or bars, with what lies along and up chosen by its types and open to change. */
export default function ResultChart({ result }: { result: Result }) {
  const { t, lang } = useAnalystWords();
  const { columns, rows, count, query } = result;
  const suggested = useMemo(
    () => chartPick(columns, rows.slice(0, count), query.draw),
    [columns, rows, count, query],
  );
  const [changed, setChanged] = useState<Partial<ChartPick>>({});
  const pick = useMemo(() => (suggested ? { ...suggested, ...changed } : null), [suggested, changed]);
  const data = useMemo(
    () => (pick ? chartData(columns, rows.slice(0, count), pick) : null),
    [pick, columns, rows, count],
  );
  const box = useDrawing(data, pick, columns[pick?.x ?? -1]?.name ?? '');
  if (!pick || !data) return <p className="result-note">{t('chart.none')}</p>;
  const name = (at: number) => columns[at]?.name ?? '';
  const numbers = [...new Set([...quantities(columns), ...pick.y])];
  const words = columns.flatMap(({ kind }, at) =>
    kind === 'text' || kind === 'bool' || at === pick.split ? [at] : [],
  );
  const highest = Math.max(...data.series.flatMap(({ values }) => values.map((value) => value ?? 0)), 0);
  const change = (patch: Partial<ChartPick>) => setChanged((before) => ({ ...before, ...patch }));
  return (
    <div className="result-chart" data-testid="chart">
      <div className="picks">
        <label>
          {t('chart.form')}
          <select
            value={pick.form}
            onChange={(event) => change({ form: event.target.value === 'bar' ? 'bar' : 'line' })}
          >
            <option value="line">{t('chart.line')}</option>
            <option value="bar">{t('chart.bar')}</option>
          </select>
        </label>
        <label>
          {t('chart.x')}
          <select value={pick.x} onChange={(event) => change({ x: Number(event.target.value) })}>
            {columns.map((column, at) => (
              <option key={column.name} value={at}>
                {column.name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('chart.y')}
          <select
            value={pick.y.length === 1 ? pick.y[0] : 'all'}
            onChange={(event) => {
              const { value } = event.target;
              change(value === 'all' ? { y: numbers, split: null } : { y: [Number(value)] });
            }}
          >
            {numbers.length > 1 && <option value="all">{t('chart.all')}</option>}
            {numbers.map((at) => (
              <option key={at} value={at}>
                {name(at)}
              </option>
            ))}
          </select>
        </label>
        {words.length > 0 && (
          <label>
            {t('chart.split')}
            <select
              value={pick.split ?? ''}
              onChange={(event) => {
                const { value } = event.target;
                change(value === '' ? { split: null } : { split: Number(value), y: pick.y.slice(0, 1) });
              }}
            >
              <option value="">{t('chart.no_split')}</option>
              {words
                .filter((at) => at !== pick.x)
                .map((at) => (
                  <option key={at} value={at}>
                    {name(at)}
                  </option>
                ))}
            </select>
          </label>
        )}
      </div>
      <div
        className="plot"
        ref={box}
        role="img"
        aria-label={t('chart.label', {
          what: data.series.map((one) => one.name).join(', '),
          along: name(pick.x),
          points: formatNumber(lang, data.xs.length),
          most: figureText(lang, highest),
        })}
      />
      {data.left_out > 0 && (
        <p className="result-note">
          {t('chart.left_out', {
            shown: formatNumber(lang, data.xs.length),
            n: formatNumber(lang, data.left_out),
          })}
        </p>
      )}
    </div>
  );
}
