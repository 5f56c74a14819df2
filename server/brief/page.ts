import { DAY_MS } from '../contract/time.ts';
import { escapeHtml } from '../standards/ogc-features/html.ts';
import { createFormat, type Format, type Lang, NOTHING } from './format.ts';
import { CLASS_COLOURS, legendSvg, mapSvg } from './map-svg.ts';
import type { Brief } from './read-brief.ts';
import { intervalOf, leadSentence, verdicts, whatWouldHelp } from './sentences.ts';
import { trendSvg } from './trend-svg.ts';
import { fill, GROUP_WORDS, SOURCE_WORDS, WORDS, type Words } from './words.ts';

/** What the page needs beside the brief itself. */
export type PageOptions = {
  lang: Lang;
  /** Where the product is reached, for the links on paper. */
  origin: string;
  /** Counts of fewer people are hidden from this reader; 1: nothing is. */
  k: number;
  demo: boolean;
};

type Context = PageOptions & { brief: Brief; words: Words; format: Format; name: string };

/** A ward's brief as one self-contained A4 page: no script, no font, no picture from anywhere. */
export function briefPage(brief: Brief, options: PageOptions): string {
  const { lang } = options;
  const context: Context = {
    ...options,
    brief,
    words: WORDS[lang],
    format: createFormat(lang),
    name: lang === 'vi' ? brief.ward.name : brief.ward.name_en,
  };
  const { words, name } = context;
  return `<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(`${name} · ${words.kicker}`)}</title><style>${STYLE.replace('PAGE_WORD', words.page)}</style></head>
<body><main class="sheet">
${header(context)}
<div class="two"><section>${keyFigures(context)}${trend(context)}${byGroup(context)}</section><section>${map(context)}${bySource(context)}${nearPlaces(context)}</section></div>
<section class="help"><h2>${escapeHtml(words.help)}</h2>${help(context)}</section>
${footer(context)}
</main></body></html>
`;
}

function header({ brief, words, format, name, lang, demo }: Context): string {
  const { ward, district, window, coverage } = brief;
  const other = lang === 'vi' ? ward.name_en : ward.name;
  const parent = district
    ? fill(words.former, { name: lang === 'vi' ? district.name : district.name_en })
    : '';
  const where = [other, parent, words.city_name].filter((text) => text !== '').join(' · ');
  const days = fill(words.window, {
    days: format.number(Math.round((window.to_ms - window.from_ms) / DAY_MS)),
    first: format.date(window.from_ms),
    last: format.date(window.to_ms - 1),
  });
  const as_of =
    coverage.as_of === null
      ? words.empty
      : fill(words.as_of, { time: format.moment(Date.parse(coverage.as_of)) });
  const only = onlyOf(brief, words, lang);
  const marks = verdicts(brief, words, format).map(
    ({ kind, text }) => `<li class="${kind}">${escapeHtml(text)}</li>`,
  );
  return `<header><p class="kicker">${escapeHtml(words.kicker)} · ${escapeHtml(words.product)}${demo ? ` <strong class="demo">${escapeHtml(words.demo)}</strong>` : ''}</p>
<h1>${escapeHtml(name)}</h1><p class="where">${escapeHtml(where)}</p><p class="where">${escapeHtml(days)} · ${escapeHtml(as_of)}</p>${only ? `<p class="only">${escapeHtml(only)}</p>` : ''}</header>
<p class="lead">${escapeHtml(leadSentence(brief, name, words, format))}</p>${marks.length > 0 ? `<ul class="marks">${marks.join('')}</ul>` : ''}`;
}

/** What the figures are restricted to, in words; '' for nothing. */
function onlyOf({ filters: { source, group, programme } }: Brief, words: Words, lang: Lang): string {
  const parts = [
    ...(source ? [SOURCE_WORDS[lang][source]] : []),
    ...(group ? [fill(words.only_group, { group: GROUP_WORDS[lang][group] })] : []),
    ...(programme ? [fill(words.only_programme, { programme })] : []),
  ];
  return parts.length === 0 ? '' : fill(words.only, { what: parts.join(' · ') });
}

function keyFigures({ brief, words, format }: Context): string {
  const { figures, coverage } = brief;
  const { city } = coverage;
  const between = (row: Parameters<typeof intervalOf>[0]) => {
    const [low, high] = intervalOf(row);
    if (low === null || high === null) return '';
    return fill(words.between, { low: format.rate(low), high: format.rate(high) });
  };
  const hours = (minutes: number | null) => format.number(minutes === null ? null : minutes / 60);
  const rows: [label: string, here: string, city: string, more?: string][] = [
    [words.residents, format.number(figures.population), format.number(city.population)],
    [words.density, format.number(figures.density_per_km2), format.number(city.density_per_km2)],
    [words.learners, format.number(figures.learners), format.number(city.learners)],
  ];
  if (brief.filters.group === undefined)
    rows.push([words.rate, format.rate(figures.rate), format.rate(city.rate), between(figures)]);
  if (figures.rate_eb !== undefined)
    rows.push([words.rate_eb, format.rate(figures.rate_eb), format.rate(city.m)]);
  if (figures.unreached !== undefined)
    rows.push([words.unreached, format.number(figures.unreached), format.number(city.unreached)]);
  if (brief.filters.group !== undefined)
    rows.push([
      words.group_rate,
      format.rate(figures.per_1000_all_residents),
      format.rate(city.per_1000_all_residents),
    ]);
  rows.push([words.events, format.number(figures.events), format.number(city.events)]);
  rows.push([words.hours, hours(figures.minutes), hours(city.minutes)]);
  if (figures.within_1km !== undefined)
    rows.push([words.within_1km, format.share(figures.within_1km), format.share(city.within_1km)]);
  if (figures.access !== undefined)
    rows.push([words.access, format.number(figures.access, 1), format.number(city.access, 1)]);
  const hide = (text: string) =>
    text === NOTHING && figures.suppressed ? `<em>${escapeHtml(words.hidden)}</em>` : escapeHtml(text);
  const lines = rows.map(
    ([label, here, all, more]) =>
      `<tr><th scope="row">${escapeHtml(label)}${more ? `<small>${escapeHtml(more)}</small>` : ''}</th><td>${hide(here)}</td><td>${escapeHtml(all)}</td></tr>`,
  );
  return `<h2>${escapeHtml(words.figures)}</h2><table><thead><tr><th scope="col">${escapeHtml(words.figure)}</th><th scope="col">${escapeHtml(words.here)}</th><th scope="col">${escapeHtml(words.city)}</th></tr></thead><tbody>${lines.join('')}</tbody></table>`;
}

function map({ brief, words, format }: Context): string {
  const { ward, areas, coverage, figures, places } = brief;
  const index = figures.class?.index;
  const text = figures.class
    ? `${words[`density.${figures.class.density}`]}, ${words[`reach.${figures.class.reach}`]}`
    : words.no_class;
  const schematic =
    areas.boundary === 'schematic' ? `<p class="schematic">${escapeHtml(words.schematic)}</p>` : '';
  return `<h2>${escapeHtml(words.map)}</h2><div class="mapbox">${mapSvg(ward.code, areas, coverage.areas, places, words, format)}${schematic}</div><div class="key">${legendSvg(index, words)}<p><span class="swatch"${index === undefined ? '' : ` data-class="${index}"`}></span>${escapeHtml(`${words.class}: ${text}`)}<br><span class="dot"></span>${escapeHtml(words.place)}</p></div>`;
}

function trend({ brief, words, format }: Context): string {
  const { steps, trend: bars } = brief;
  if (bars.length === 0) return '';
  const weeks = steps.days / 7;
  const title =
    steps.days === 1
      ? words.trend_day
      : weeks === 1
        ? words.trend_week
        : fill(words.trend_weeks, { n: String(weeks) });
  const values = bars.map(({ value }) => value).filter((value) => value !== null);
  const label = fill(words.trend_label, {
    title,
    least: format.number(values.length === 0 ? null : Math.min(...values)),
    most: format.number(values.length === 0 ? null : Math.max(...values)),
  });
  const notes = [
    values.length < bars.length ? words.hidden_some : '',
    steps.left_days > 0 ? fill(words.trend_left, { n: format.number(steps.left_days) }) : '',
  ].filter((text) => text !== '');
  return `<h2>${escapeHtml(title)}</h2>${trendSvg(bars, label, format)}${notes.length > 0 ? `<p class="small">${escapeHtml(notes.join(' '))}</p>` : ''}`;
}

function bySource({ brief, words, format, lang }: Context): string {
  const rows = brief.sources.map(({ source, value, learners }) => [
    SOURCE_WORDS[lang][source],
    value === null ? words.hidden : format.number(value),
    value === null ? words.hidden : format.number(learners),
  ]);
  const head = [words.source, words.column_events, words.column_learners];
  return `${table(words.by_source, head, rows)}<p class="small">${escapeHtml(words.sources_note)}</p>`;
}

function byGroup({ brief, words, format, lang }: Context): string {
  const rows = brief.groups
    .filter(({ value }) => value !== 0)
    .map(({ group, value, quotient }) => [
      GROUP_WORDS[lang][group],
      value === null ? words.hidden : format.number(value),
      quotient === null ? NOTHING : fill(words.times, { times: format.number(quotient, 1) }),
    ]);
  if (rows.length === 0)
    return `<h2>${escapeHtml(words.by_group)}</h2><p>${escapeHtml(words.groups_none)}</p>`;
  const head = [words.group, words.column_learners, words.column_versus];
  return `${table(words.by_group, head, rows)}<p class="small">${escapeHtml(words.groups_note)}</p>`;
}

function nearPlaces({ brief, words, format }: Context): string {
  const title = `<h2>${escapeHtml(words.places)}</h2>`;
  if (brief.near.length === 0) return `${title}<p>${escapeHtml(words.places_none)}</p>`;
  const rows = brief.near.map(({ place, km, inside }) => {
    const far = fill(words.km, { km: km < 0.1 ? `< ${format.number(0.1, 1)}` : format.number(km, 1) });
    return `<li>${escapeHtml(place.name)} <span>${escapeHtml(inside ? `${far}, ${words.inside}` : far)}</span></li>`;
  });
  return `${title}<ol class="places">${rows.join('')}</ol><p class="small">${escapeHtml(words.distance_note)}</p>`;
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => {
    const [first = '', ...rest] = cells;
    return `<tr><th scope="row">${escapeHtml(first)}</th>${rest.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
  };
  return `<h2>${escapeHtml(title)}</h2><table><thead><tr>${head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('')}</tr></thead><tbody>${rows.map(line).join('')}</tbody></table>`;
}

function help({ brief, words, format, origin, lang }: Context): string {
  const url = `${origin}/?mode=siting&area=${brief.ward.code}${lang === 'en' ? '&lang=en' : ''}`;
  const texts = whatWouldHelp(brief, words, format).map((text) => `<li>${escapeHtml(text)}</li>`);
  return `<ul>${texts.join('')}<li>${escapeHtml(words.help_siting)} <a href="${escapeHtml(url)}">${escapeHtml(url)}</a></li></ul>`;
}

function footer({ brief, words, format, origin, k }: Context): string {
  const { coverage, areas } = brief;
  const date = Date.parse(`${coverage.population_date}T00:00:00+07:00`);
  const texts = [
    words.method_text,
    k > 1 ? fill(words.rounding, { k: String(k) }) : '',
    fill(words.population_source, {
      source: coverage.population_source,
      date: Number.isNaN(date) ? coverage.population_date : format.date(date),
    }),
    areas.boundary === 'schematic' ? words.boundaries_schematic : words.boundaries_official,
    fill(words.more, { url: `${origin}/method` }),
  ];
  return `<footer><p><strong>${escapeHtml(words.method)}.</strong> ${escapeHtml(texts.filter((text) => text !== '').join(' '))}</p></footer>`;
}

const STYLE = `
@page{size:A4;margin:9mm 13mm 12mm;@bottom-right{content:"PAGE_WORD " counter(page) "/" counter(pages);font:7.4pt sans-serif;color:#55606e}}
*{box-sizing:border-box}
html{background:#e4e2dc;-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{margin:0;font:8.5pt/10.9pt "Be Vietnam Pro","Noto Sans","Segoe UI",Roboto,"DejaVu Sans",sans-serif;color:#1b2430}
.sheet{width:210mm;min-height:297mm;margin:8mm auto;padding:9mm 13mm 12mm;background:#fff;display:flex;flex-direction:column;gap:2.6mm}
p,ul,ol,h1,h2{margin:0}
.kicker{font-size:8pt;letter-spacing:.04em;text-transform:uppercase;color:#55606e}
.demo{float:right;color:#8a4b00;background:#fff2d9;padding:0 2mm;text-transform:none;letter-spacing:0}
h1{font-size:19pt;line-height:24pt}
.where{color:#55606e}
.only{display:inline-block;margin-top:1mm;padding:0 2mm;border:.3mm solid #1d5f99;color:#1d5f99;font-weight:600}
.lead{font-size:11.4pt;line-height:15pt;font-weight:600;border-left:1.2mm solid #1d5f99;padding-left:3.5mm}
h2{font-size:9.2pt;line-height:12pt;margin:0 0 1mm;color:#1d5f99}
.marks{list-style:none;padding:0;display:grid;gap:1mm}
.marks li{padding:.4mm 2.5mm;border-left:1.2mm solid #8b939d;background:#f4f3ef}
.marks .bad{border-color:#c2410c;background:#fdf0e6}
.marks .doubt{border-left-style:dashed;border-color:#8a4b00;background:#fff8ea}
.two{display:grid;grid-template-columns:1fr 1fr;gap:7mm}
section{min-width:0}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
th{font-weight:400;text-align:left}
thead th{color:#55606e;font-size:8pt;border-bottom:.3mm solid #8b939d}
td,thead th+th{text-align:right;white-space:nowrap;padding-left:2mm}
tbody tr{border-bottom:.2mm solid #dddcd6}
tbody th,tbody td{padding-top:.35mm;padding-bottom:.35mm}
tbody td:nth-child(2){font-weight:600}
small,.small{font-size:7.6pt;line-height:9.8pt;color:#55606e}
th small{margin-left:1.5mm;white-space:nowrap}
em{font-style:italic;font-weight:400}
svg{display:block;width:100%;height:auto}
svg text{font-family:inherit;fill:#1b2430}
.mapbox{position:relative}
.map{border:.2mm solid #dddcd6}
.schematic{position:absolute;top:0;left:0;right:0;background:#fff2d9e6;color:#8a4b00;font-size:7.5pt;line-height:11pt;padding:0 2mm}
.name{font-size:7px;text-anchor:middle;paint-order:stroke;stroke:#fff;stroke-width:2px}
.own{font-size:8.5px;font-weight:700}
.axis{font-size:7.5px}
.mid{text-anchor:middle}
.halo{paint-order:stroke;stroke:#fff;stroke-width:2px}
.key{display:flex;gap:4mm;align-items:center;margin-top:1mm}
.key .legend{width:25mm;flex:none}
.swatch,.dot{display:inline-block;width:3mm;height:3mm;margin-right:1.5mm;vertical-align:-.3mm;border:.2mm solid #8b939d}
.dot{border-radius:50%;background:#0f766e;border-color:#0f766e}
${CLASS_COLOURS.map((colour, index) => `.swatch[data-class="${index}"]{background:${colour}}`).join('')}
.places{padding-left:5mm}
.places span{color:#55606e}
.help ul{padding-left:5mm}
section h2:not(:first-child){margin-top:3mm}
a{color:#1d5f99;overflow-wrap:anywhere}
footer{margin-top:auto;border-top:.3mm solid #8b939d;padding-top:1.5mm;font-size:7.4pt;line-height:9.8pt;color:#55606e}
@media print{html{background:none}.sheet{width:auto;min-height:272mm;margin:0;padding:0}}
@media screen and (max-width:820px){.sheet{width:auto;margin:0;padding:6mm 5mm}.two{grid-template-columns:1fr}}
`;
