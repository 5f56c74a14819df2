import './SearchBox.css';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { useAreas } from '../api/queries.ts';
import { choose, pointAt } from '../choose.ts';
import { type Findable, find, findable } from '../figures/search.ts';
import { useWords } from '../i18n/index.ts';
import { useView } from '../state.ts';
import { shortName } from '../text/names.ts';
import { useParentNames } from './use-parent-names.ts';

/** Everything that can be found: wards with their districts' names, then districts. */
function useIndex(): Findable[] {
  const division = useView((view) => view.division);
  const wards = useAreas('ward', division).data;
  const districts = useAreas('district', division).data;
  const parents = useParentNames();
  return useMemo(
    () =>
      [...(wards?.features ?? []), ...(districts?.features ?? [])].map(({ properties }) => {
        const { code, name, name_en, parent } = properties;
        return findable(code, name, shortName(name), [name_en, parents(parent)]);
      }),
    [wards, districts, parents],
  );
}

function useNames(): (code: string) => { name: string; parent: string } {
  const { lang } = useWords();
  const division = useView((view) => view.division);
  const wards = useAreas('ward', division).data;
  const districts = useAreas('district', division).data;
  const parents = useParentNames();
  return (code) => {
    const level = code.length === 5 ? wards : districts;
    const area = level?.features.find((one) => one.properties.code === code)?.properties;
    return { name: (lang === 'vi' ? area?.name : area?.name_en) ?? code, parent: parents(area?.parent) };
  };
}

/** Search by name, typed with or without tone marks. */
export function SearchBox() {
  const { t } = useWords();
  const index = useIndex();
  const names = useNames();
  const input = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  const hits = useMemo(() => find(index, query), [index, query]);
  const shown = open && query.trim() !== '';

  const take = (code: string) => {
    setOpen(false);
    setQuery('');
    input.current?.blur();
    choose(code);
  };
  const keys = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step && hits.length > 0) {
      event.preventDefault();
      const next = (at + step + hits.length) % hits.length;
      setAt(next);
      pointAt(hits[next]?.code ?? null, false);
    } else if (event.key === 'Enter' && shown) {
      const hit = hits[at];
      if (hit) take(hit.code);
    } else if (event.key === 'Escape') {
      // Esc closes one thing at a time: the results first, a card only with the next press.
      event.stopPropagation();
      setQuery('');
      setOpen(false);
      input.current?.blur();
    }
  };
  return (
    <search className="search">
      <svg className="search-icon" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M11 5a6 6 0 1 0 0 12a6 6 0 1 0 0-12M15.500 15.500L20 20" />
      </svg>
      <input
        ref={input}
        type="text"
        id="search"
        role="combobox"
        aria-label={t('search.label')}
        aria-expanded={shown}
        aria-controls="search-hits"
        aria-autocomplete="list"
        aria-activedescendant={shown && hits[at] ? `hit-${hits[at].code}` : undefined}
        placeholder={t('search.placeholder')}
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
          setOpen(true);
        }}
        onKeyDown={keys}
        onBlur={() => setOpen(false)}
        onFocus={() => setOpen(true)}
        data-testid="search-input"
      />
      <span className="search-key" aria-hidden="true">
        /
      </span>
      <div
        id="search-hits"
        className="search-hits panel"
        role="listbox"
        aria-label={t('search.label')}
        hidden={!shown}
      >
        {hits.map(({ code }, place) => {
          const { name, parent } = names(code);
          return (
            <div
              key={code}
              id={`hit-${code}`}
              role="option"
              tabIndex={-1}
              aria-selected={place === at}
              className={place === at ? 'hit at' : 'hit'}
              data-code={code}
              data-testid="search-hit"
              // Before the field loses the focus, or the list would be gone by the time of the click.
              onPointerDown={(event) => {
                event.preventDefault();
                take(code);
              }}
            >
              {name} <small>{parent}</small>
            </div>
          );
        })}
        {hits.length === 0 && (
          <div className="hit none" role="option" tabIndex={-1} aria-selected={false} aria-disabled="true">
            {t('search.none')}
          </div>
        )}
      </div>
    </search>
  );
}
