import { useWords } from '../i18n/index.ts';
import { cellText, FIELDS, type Field, ID_FIELDS, type Mapping } from './fields.ts';
import type { Chosen, Upload } from './use-upload.ts';

/** A mapping with one column changed; a field that another column had goes over to this one. */
function withColumn(mapping: Mapping, column: number, field: Field | null): Mapping {
  const unique = field !== null && field !== 'name' && field !== 'other';
  return mapping.map((now, i) => (i === column ? field : unique && now === field ? null : now));
}

/** Which column says what, as it was guessed, to be corrected. */
export function Columns({ upload, chosen }: { upload: Upload; chosen: Chosen }) {
  const { t } = useWords();
  const { mapping, busy } = upload;
  const { headings, rows } = chosen.table;
  const nameOf = (i: number) => headings[i] || t('upload.column_plain', { n: i + 1 });
  const unknown = mapping.flatMap((field, i) => (field === null ? [nameOf(i)] : []));
  const example = (i: number) => {
    const text = cellText(rows.find(({ cells }) => cellText(cells[i]) !== '')?.cells[i]).slice(0, 40);
    // Somebody may be looking over a shoulder.
    const isId = ID_FIELDS.some((field) => field === mapping[i]);
    return isId ? text.replace(/.(?=.{3})/g, '•') : text;
  };
  return (
    <section className="part" aria-labelledby="step-columns">
      <h2 id="step-columns">{t('upload.step_columns')}</h2>
      <p className="note">{t('upload.columns_about')}</p>
      <div className="fields columns">
        {headings.map((_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place.
          <label key={i} className="field">
            <span className="column-name">{nameOf(i)}</span>
            <select
              value={mapping[i] ?? ''}
              disabled={busy}
              aria-label={t('upload.column', { heading: nameOf(i) })}
              onChange={(event) =>
                upload.setMapping(withColumn(mapping, i, (event.target.value || null) as Field | null))
              }
              data-testid="column"
              data-heading={headings[i]}
            >
              <option value="">{t('upload.unmapped')}</option>
              {FIELDS.map((field) => (
                <option key={field} value={field}>
                  {t(`upload.field.${field}`)}
                </option>
              ))}
            </select>
            <small className="example">{example(i)}</small>
          </label>
        ))}
      </div>
      {unknown.length > 0 && (
        <p className="notice warn" data-testid="unmapped">
          {t('upload.columns_unknown', { columns: unknown.join(', ') })}
        </p>
      )}
    </section>
  );
}
