import { inputOf, missingValues, parametersOf } from './parameters.ts';
import type { Sheet } from './use-workbench.ts';
import { useAnalystWords } from './words.ts';

/** A field for each `{name:Type}` of the query. */
export function Parameters({
  sheet,
  change,
}: {
  sheet: Sheet;
  change: (values: Record<string, string>) => void;
}) {
  const { t } = useAnalystWords();
  const parameters = parametersOf(sheet.sql);
  if (parameters.length === 0) return null;
  const missing = missingValues(sheet.sql, sheet.values);
  return (
    <fieldset className="parameters">
      <legend className="hidden-text">{t('parameters.heading')}</legend>
      {parameters.map(({ name, type }) => (
        <label key={name} title={type}>
          <span>{name}</span>
          <input
            {...inputOf(type)}
            value={sheet.values[name] ?? ''}
            placeholder={type}
            aria-invalid={missing.includes(name)}
            spellCheck={false}
            onChange={(event) => change({ ...sheet.values, [name]: event.target.value })}
            data-testid={`parameter-${name}`}
          />
        </label>
      ))}
      {missing.length > 0 && <p role="status">{t('parameters.missing', { names: missing.join(', ') })}</p>}
    </fieldset>
  );
}
