import { useState } from 'react';
import { useWords } from '../../i18n/index.ts';
import { type Choice, Combobox } from '../../shell/Combobox.tsx';

type Props = {
  label: string;
  hint: string;
  fault?: string | undefined;
  choices: readonly Choice[];
  chosen: readonly string[];
  change: (chosen: string[]) => void;
  /** Whether what is on no list may be added. */
  free?: boolean;
  testid: string;
};

/** Several of many things: each one a chip that can be taken off, and a field that finds the next. */
export function PickMany({ label, hint, fault, choices, chosen, change, free = false, testid }: Props) {
  const { t } = useWords();
  // A field that has given its choice away starts anew.
  const [round, setRound] = useState(0);
  const nameOf = (code: string) => choices.find((choice) => choice.code === code)?.name ?? code;
  const add = (code: string) => {
    const known = choices.some((choice) => choice.code === code);
    if (code === '' || chosen.includes(code) || !(known || free)) return;
    change([...chosen, code]);
    setRound(round + 1);
  };
  return (
    <div className="pick-field">
      <Combobox
        key={round}
        label={label}
        hint={hint}
        fault={fault}
        choices={choices.filter(({ code }) => !chosen.includes(code))}
        value=""
        change={add}
        late
        testid={testid}
      />
      {chosen.length > 0 && (
        <ul className="chips" aria-label={label}>
          {chosen.map((code) => (
            <li key={code} className="chip" data-testid={`${testid}-chip`} data-code={code}>
              {nameOf(code)}
              <button
                type="button"
                aria-label={t('leader.form.take_off', { name: nameOf(code) })}
                onClick={() => change(chosen.filter((one) => one !== code))}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
