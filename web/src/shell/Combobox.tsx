import './Combobox.css';
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import { type Findable, find, findable } from '../figures/search.ts';
import { useWords } from '../i18n/index.ts';

/** One of many things to choose: its code, its name, and what stands small beside it. */
export type Choice = { code: string; name: string; about?: string };

type Props = {
  label: string;
  hint?: string | undefined;
  fault?: string | undefined;
  choices: readonly Choice[];
  /** The chosen code, or what was typed. */
  value: string;
  change: (value: string) => void;
  /** Typed text counts when the field is left or Enter is pressed, not with every letter. */
  late?: boolean;
  testid: string;
};

/** A field that finds what is typed without accents by name or code; what is on no list may be typed as it stands. */
export function Combobox({ label, hint, fault, choices, value, change, late = false, testid }: Props) {
  const { t } = useWords();
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const index = useMemo<Findable[]>(
    () => choices.map(({ code, name }) => findable(code, name, name, [code])),
    [choices],
  );
  const by_code = useMemo(() => new Map(choices.map((choice) => [choice.code, choice])), [choices]);
  const hits = typed === null ? [] : find(index, typed);
  const open = hits.length > 0;
  const chosen = by_code.get(value);

  const take = (code: string) => {
    change(code);
    setTyped(null);
  };
  const leave = () => {
    if (late && typed !== null) change(typed.trim());
    setTyped(null);
  };
  const keys = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step && open) {
      event.preventDefault();
      setAt((at + step + hits.length) % hits.length);
    } else if (event.key === 'Enter' && open) {
      event.preventDefault();
      const hit = hits[at];
      if (hit) take(hit.code);
    } else if (event.key === 'Enter' && late) {
      leave();
    } else if (event.key === 'Escape' && typed !== null) {
      event.stopPropagation();
      setTyped(null);
    }
  };
  return (
    <div className="field combobox">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        role="combobox"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={open && hits[at] ? `${id}-${hits[at].code}` : undefined}
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}-hint`}
        autoComplete="off"
        spellCheck={false}
        value={typed ?? chosen?.name ?? value}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
          if (!late || event.target.value === '') change(event.target.value.trim());
        }}
        onKeyDown={keys}
        onBlur={leave}
        data-testid={testid}
      />
      <div id={`${id}-list`} role="listbox" aria-label={label} className="choices panel" hidden={!open}>
        {hits.map(({ code, name }, place) => (
          <div
            key={code}
            id={`${id}-${code}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === at}
            className={place === at ? 'choice at' : 'choice'}
            data-testid={`${testid}-hit`}
            // Before the field loses the focus, or the list would be gone by the time of the click.
            onPointerDown={(event) => {
              event.preventDefault();
              take(code);
            }}
          >
            {name} <small>{by_code.get(code)?.about ?? code}</small>
          </div>
        ))}
      </div>
      <small id={`${id}-hint`} className={fault === undefined ? undefined : 'fault'}>
        {fault ?? (chosen ? chosen.code : (hint ?? (choices.length > 0 ? t('pages.type_to_find') : '')))}
      </small>
    </div>
  );
}
