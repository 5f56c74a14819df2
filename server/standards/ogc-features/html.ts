const STYLE = `body{font:14px/20px system-ui,sans-serif;margin:24px auto;max-width:1100px;padding:0 16px;color:#1b2430}
h1{font-size:22px;line-height:28px}dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:0}
dt{color:#55606e}dd{margin:0;overflow-wrap:anywhere;min-width:0}ul{margin:0;padding-left:18px}a{color:#1d5f99}
.wide{overflow-x:auto}table{border-collapse:collapse}td,th{border:1px solid #dddcd6;padding:2px 6px;text-align:left;white-space:nowrap}`;

/** Text as it may stand anywhere in a page. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Any document of the API as a page: what the JSON says, links to follow, features as a table. */
export function toHtml(title: string, document: object): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${STYLE}</style><h1>${escapeHtml(title)}</h1>${show(document)}</html>`;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return list(value);
  if (typeof value === 'object' && value !== null) return definitions(value);
  return escapeHtml(String(value));
}

function definitions(value: object): string {
  const rows = Object.entries(value).map(([name, member]) => {
    const text = name === 'geometry' ? outline(member) : name === 'features' ? table(member) : show(member);
    return `<dt>${escapeHtml(name)}</dt><dd>${text}</dd>`;
  });
  return `<dl>${rows.join('')}</dl>`;
}

function list(values: readonly unknown[]): string {
  if (values.every((value) => typeof value === 'number')) return values.join(', ');
  return `<ul>${values.map((value) => `<li>${isLink(value) ? anchor(value) : show(value)}</li>`).join('')}</ul>`;
}

type Shown = { id: string; properties: Record<string, unknown>; geometry: unknown };

function table(features: Shown[]): string {
  const names = Object.keys(features[0]?.properties ?? {});
  const head = names.map((name) => `<th>${escapeHtml(name)}</th>`).join('');
  const rows = features.map(({ properties, geometry }) => {
    const cells = names.map((name) => `<td>${properties[name] === null ? '' : show(properties[name])}</td>`);
    return `<tr>${cells.join('')}<td>${outline(geometry)}</td></tr>`;
  });
  return `<div class="wide"><table><tr>${head}<th>geometry</th></tr>${rows.join('')}</table></div>`;
}

/** A point is written out; nobody reads the corners of an outline. */
function outline(geometry: unknown): string {
  if (geometry === null) return 'null';
  const { type, coordinates } = geometry as { type: string; coordinates: unknown };
  return type === 'Point' ? `Point ${show(coordinates)}` : escapeHtml(type);
}

type PageLink = { href: string; rel: string; type?: string; title?: string };

function isLink(value: unknown): value is PageLink {
  return typeof value === 'object' && value !== null && 'href' in value && 'rel' in value;
}

function anchor({ href, rel, type, title }: PageLink): string {
  return `<a rel="${escapeHtml(rel)}" href="${escapeHtml(href)}">${escapeHtml(title ?? href)}</a> (${escapeHtml([rel, type].filter(Boolean).join(', '))})`;
}
