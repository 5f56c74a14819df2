import type { Siting } from '../../../../server/contract/siting.ts';
import { choose } from '../../choose.ts';
import { useWords } from '../../i18n/index.ts';
import { formatNumber } from '../../text/format.ts';
import { useWardNames } from './use-names.ts';
import { useReasonText } from './use-siting-words.ts';

const FIRST = 6;

type Row = { code: string; text: string; stamp?: string };

/** Wards in a list, each the way to its card; the first few in sight, the rest one press away. */
function Wards({ rows, more }: { rows: readonly Row[]; more: string }) {
  const names = useWardNames();
  const row = ({ code, text, stamp }: Row) => (
    <li key={code}>
      <button type="button" className="ward-line" onClick={() => choose(code)} data-code={code}>
        <span>{names(code)}</span>
        <small>
          {text}
          {stamp && <b>{stamp}</b>}
        </small>
      </button>
    </li>
  );
  return (
    <>
      <ul className="ward-lines">{rows.slice(0, FIRST).map(row)}</ul>
      {rows.length > FIRST && (
        <details>
          <summary>{more}</summary>
          <ul className="ward-lines">{rows.slice(FIRST).map(row)}</ul>
        </details>
      )}
    </>
  );
}

/** Wards that the plan helps, most people first, and those that leave the underserved list by it. */
export function Helped({ figures }: { figures: Siting }) {
  const { t, lang } = useWords();
  const helped = figures.fixed.wards_helped;
  if (helped.length === 0) return null;
  return (
    <section data-testid="wards-helped">
      <h3>{t('siting.helped_n', { n: formatNumber(lang, helped.length) })}</h3>
      <Wards
        more={t('siting.more', { n: formatNumber(lang, helped.length) })}
        rows={helped.map(({ code, residents, leaves_underserved }) => ({
          code,
          text: t('siting.helped_row', { n: formatNumber(lang, residents) }),
          ...(leaves_underserved ? { stamp: t('siting.leaves') } : {}),
        }))}
      />
    </section>
  );
}

/** Why every other ward has no stop, the next in line first. */
export function WhyNot({ figures, reasons }: { figures: Siting; reasons: Siting['not_chosen'] | null }) {
  const { t, lang } = useWords();
  const write = useReasonText(figures.weight_unit);
  return (
    <section data-testid="why-not">
      <h3>{reasons ? t('siting.why_n', { n: formatNumber(lang, reasons.length) }) : t('siting.why')}</h3>
      {reasons ? (
        <Wards
          more={t('siting.more', { n: formatNumber(lang, reasons.length) })}
          rows={reasons.map((row) => ({ code: row.code, text: write(row) }))}
        />
      ) : (
        <p className="card-note">{t('siting.why_waiting')}</p>
      )}
    </section>
  );
}
