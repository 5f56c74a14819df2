import type { KeyboardEvent } from 'react';

type Props<T extends string> = {
  label: string;
  tabs: readonly { id: T; name: string }[];
  chosen: T;
  choose: (id: T) => void;
  /** The id of what the tabs switch. */
  panel: string;
};

/** Tabs as ARIA's authoring practices have them: one stop of the Tab key, arrows between them. */
export function Tabs<T extends string>({ label, tabs, chosen, choose, panel }: Props<T>) {
  const keys = (event: KeyboardEvent<HTMLElement>) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = tabs.findIndex(({ id }) => id === chosen);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    choose(next.id);
    event.currentTarget.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return (
    <div role="tablist" tabIndex={-1} aria-label={label} className="tabs" onKeyDown={keys}>
      {tabs.map(({ id, name }) => (
        <button
          key={id}
          type="button"
          role="tab"
          id={`tab-${id}`}
          aria-selected={id === chosen}
          aria-controls={panel}
          tabIndex={id === chosen ? 0 : -1}
          onClick={() => choose(id)}
          data-testid={`tab-${id}`}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
