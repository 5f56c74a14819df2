import './SchemaPanel.css';
import { useState } from 'react';
import { fold } from '../../text/fold.ts';
import type { Schema, SchemaTable } from '../types.ts';
import { useAnalystWords } from '../words.ts';

/** Views whose name, comment or columns have what is looked for, with only the columns that have it. */
function found(
  tables: readonly SchemaTable[],
  query: string,
): { table: SchemaTable; columns: SchemaTable['columns'] }[] {
  const wanted = fold(query);
  if (wanted === '') return tables.map((table) => ({ table, columns: table.columns }));
  const has = (...texts: string[]) => texts.some((text) => fold(text).includes(wanted));
  return tables.flatMap((table) => {
    const whole = has(table.name, table.comment_vi, table.comment_en);
    const columns = table.columns.filter(({ name, comment_vi, comment_en }) =>
      has(name, comment_vi, comment_en),
    );
    if (!whole && columns.length === 0) return [];
    return [{ table, columns: columns.length > 0 ? columns : table.columns }];
  });
}

/** How a view is written into a query: a parameterised one with its parameters to fill. */
function written({ name, kind, parameters }: SchemaTable): string {
  if (kind !== 'parameterised') return name;
  return `${name}(${parameters.map((one) => `${one.name} = {${one.name}:${one.type}}`).join(', ')})`;
}

/** Views, their columns with type and meaning; a click writes the name into the query. */
export function SchemaPanel({
  schema,
  insert,
}: {
  schema: Schema | undefined;
  insert: (text: string) => void;
}) {
  const { t, lang } = useAnalystWords();
  const [query, setQuery] = useState('');
  const tables = found(schema?.tables ?? [], query);
  const comment = (of: { comment_vi: string; comment_en: string }) =>
    lang === 'vi' ? of.comment_vi : of.comment_en;
  return (
    <div className="schema">
      <input
        type="search"
        placeholder={t('schema.find')}
        aria-label={t('schema.find')}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        data-testid="schema-find"
      />
      {!schema && <div className="schema-ghost skeleton" />}
      {schema && tables.length === 0 && <p className="result-note">{t('schema.none')}</p>}
      <ul className="schema-tables">
        {tables.map(({ table, columns }) => (
          <li key={table.name} data-testid="schema-table">
            <details open={query !== '' ? true : undefined}>
              <summary>
                <span className="schema-name">{table.name}</span>
                <small>{comment(table)}</small>
              </summary>
              <button
                type="button"
                className="schema-insert"
                onClick={() => insert(written(table))}
                data-testid="insert-table"
              >
                {t('schema.insert', { name: table.name })}
              </button>
              <ul>
                {table.kind === 'parameterised' &&
                  table.parameters.map(({ name, type }) => (
                    <li key={`{${name}}`} className="schema-column parameter">
                      <span>
                        {`{${name}}`} <small>{type}</small>
                      </span>
                      <small>{t('schema.parameters')}</small>
                    </li>
                  ))}
                {columns.map((column) => (
                  <li key={column.name}>
                    <button
                      type="button"
                      className="schema-column"
                      title={`${column.type}: ${comment(column)}`}
                      onClick={() => insert(column.name)}
                      data-testid="insert-column"
                    >
                      <span>
                        {column.name} <small>{column.type}</small>
                      </span>
                      <small>{comment(column)}</small>
                    </button>
                  </li>
                ))}
              </ul>
            </details>
          </li>
        ))}
      </ul>
    </div>
  );
}
