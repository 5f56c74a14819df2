import './MethodPage.css';
import { useEffect, useRef } from 'react';
import { useCoverage, useSensitivity, useStatus } from '../api/queries.ts';
import { useQuestion } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { FiguresAsOf } from '../planner/FiguresAsOf.tsx';
import { Page } from '../shell/Page.tsx';
import { formatDateTime, formatNumber, formatShare } from '../text/format.ts';
import { METHOD_IDS, type MethodId } from './ids.ts';
import { type LiveValue, liveValues } from './live-values.ts';
import type { MethodText } from './text.ts';
import { methodEn } from './text-en.ts';
import { methodVi } from './text-vi.ts';

function Entry({ id, words, live }: { id: MethodId; words: MethodText; live: LiveValue[] | undefined }) {
  const { title, text, formula, source, weak } = words.entries[id];
  return (
    <article className="part method-entry" id={id} data-testid="method-entry">
      <h2 tabIndex={-1}>{title}</h2>
      {text.map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
      <dl>
        {formula !== undefined && (
          <div>
            <dt>{words.formula}</dt>
            <dd className="formula">{formula}</dd>
          </div>
        )}
        {source !== undefined && (
          <div>
            <dt>{words.source}</dt>
            <dd>{source}</dd>
          </div>
        )}
        <div>
          <dt>{words.weak}</dt>
          <dd>
            {weak.map((one) => (
              <p key={one}>{one}</p>
            ))}
          </dd>
        </div>
        {live !== undefined && (
          <div data-testid="method-live">
            <dt>{words.now}</dt>
            <dd>
              {live.map(({ name, value }) => (
                <p key={name}>
                  <code>{name}</code> {value}
                </p>
              ))}
            </dd>
          </div>
        )}
      </dl>
    </article>
  );
}

function namedEntry(): HTMLElement | null {
  return document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
}

function showEntry(): void {
  const entry = namedEntry();
  entry?.scrollIntoView();
  entry?.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
}

/** Goes to the entry that the address names, once it is on the page; the focus with it. */
function useAnchor(complete: boolean): void {
  useEffect(() => {
    window.addEventListener('hashchange', showEntry);
    return () => window.removeEventListener('hashchange', showEntry);
  }, []);
  const started = useRef(false);
  useEffect(() => {
    // Live values make the entries above longer: a reader who is still at the start of his entry is kept there.
    const entry = namedEntry();
    const at_start = entry?.contains(document.activeElement) ?? false;
    if (!started.current || (complete && at_start)) showEntry();
    started.current = true;
  }, [complete]);
}

/** Every definition, limit, source and known weakness, with the values in use now. */
export default function MethodPage() {
  const { lang } = useWords();
  const words = lang === 'vi' ? methodVi : methodEn;
  const question = useQuestion('ward');
  const coverage = useCoverage(question).data;
  const sensitivity = useSensitivity(question).data;
  const status = useStatus().data;
  const live = liveValues(coverage, status, sensitivity, {
    number: (value, digits) => formatNumber(lang, value, digits),
    share: (value) => formatShare(lang, value),
    moment: (iso) => formatDateTime(lang, Date.parse(iso)),
  });
  useAnchor(coverage !== undefined);
  return (
    <Page title={words.title} about={words.about}>
      <FiguresAsOf figures={{ coverage }} />
      <nav className="part method-contents" aria-label={words.contents}>
        <ol>
          {METHOD_IDS.map((id) => (
            <li key={id}>
              <a href={`#${id}`}>{words.entries[id].title}</a>
            </li>
          ))}
        </ol>
      </nav>
      {METHOD_IDS.map((id) => (
        <Entry key={id} id={id} words={words} live={live[id]} />
      ))}
    </Page>
  );
}
