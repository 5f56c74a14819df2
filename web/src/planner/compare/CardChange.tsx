import { useCellWords } from '../../figures/use-cell-words.ts';
import { useBeforeRange, useCompared } from '../../figures/use-compared.ts';
import { useWords } from '../../i18n/index.ts';
import { formatRate } from '../../text/format.ts';
import { rangeOf } from '../../text/window.ts';
import { CELLS } from '../../url-state.ts';
import { useWindowText } from '../use-window-text.ts';
import { useChangeText } from './use-change-text.ts';

/** In an area's card while windows are compared: what changed, with its interval, and whether its class did. */
export default function CardChange({ area }: { area: string }) {
  const { t, lang } = useWords();
  const { compared } = useCompared();
  const windowText = useWindowText();
  const range = useBeforeRange();
  const cells = useCellWords();
  const write = useChangeText();
  const row = compared?.answer.areas.find((one) => one.code === area);
  if (!compared || !row) return null;
  const cell = (index: number | undefined) => CELLS.find((one) => one === index);
  const [from, to] = [cell(row.a.class?.index), cell(row.b.class?.index)];
  return (
    <section className="card-helps" data-testid="card-change">
      <h3>{t('compare.card')}</h3>
      <p>
        {row.difference === null
          ? t('compare.unknown')
          : t('compare.sentence', {
              first: windowText(range),
              second: windowText(rangeOf(compared.now.bounds)),
              before: formatRate(lang, row.a.rate),
              now: formatRate(lang, row.b.rate),
              change: write(row),
            })}
      </p>
      {row.class_changed && from !== undefined && to !== undefined && (
        <p>{t('compare.moved', { from: cells(from), to: cells(to) })}</p>
      )}
    </section>
  );
}
