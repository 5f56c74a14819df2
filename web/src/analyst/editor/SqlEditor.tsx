import './SqlEditor.css';
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, linter, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import type { Schema } from '../types.ts';
import { useAnalystWords } from '../words.ts';
import { clickhouseLanguage, wordCompletions } from './dialect.ts';
import type { Span } from './underline.ts';

/** What other parts of the workbench ask of the editor. */
export type EditorHandle = {
  /** Puts text where the cursor stands, in place of what is selected. */
  insert: (text: string) => void;
  focus: () => void;
  /** Goes to a place of the text. */
  goTo: (position: number) => void;
};

/** A place that is wrong, and why. */
export type Fault = Span & { message: string };

type Props = {
  text: string;
  change: (text: string) => void;
  /** Runs the text as it stands in the editor. */
  run: (text: string) => void;
  schema: Schema | undefined;
  /** The fault of the last run, until the text is changed. */
  fault: Fault | null;
  /** Looks at the text without running it. */
  check: (text: string) => Promise<Fault | null>;
  ref: Ref<EditorHandle>;
};

/** A pause in typing this long asks the service whether the text is right, ms. */
const CHECK_AFTER_MS = 700;

const colours = HighlightStyle.define([
  { tag: tags.keyword, class: 'sql-keyword' },
  { tag: tags.standard(tags.name), class: 'sql-function' },
  { tag: tags.typeName, class: 'sql-type' },
  { tag: [tags.string, tags.special(tags.string)], class: 'sql-string' },
  { tag: [tags.number, tags.bool, tags.null], class: 'sql-number' },
  { tag: tags.comment, class: 'sql-comment' },
]);

const diagnostic = ({ from, to, message }: Fault): Diagnostic => ({ from, to, message, severity: 'error' });

/** The editor: CodeMirror with ClickHouse's SQL; Ctrl-Enter runs, Tab leaves it as any field. */
export function SqlEditor({ text, change, run, schema, fault, check, ref }: Props) {
  const { t, lang } = useAnalystWords();
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const parts = useRef({ language: new Compartment(), words: new Compartment() });
  const now = useRef({ change, run, check, text });
  now.current = { change, run, check, text };

  useLayoutEffect(() => {
    if (!box.current) return;
    const runs = (editor: EditorView) => {
      now.current.run(editor.state.doc.toString());
      return true;
    };
    const made = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: now.current.text,
        extensions: [
          Prec.highest(keymap.of([{ key: 'Mod-Enter', run: runs }])),
          lineNumbers(),
          history(),
          drawSelection(),
          bracketMatching(),
          closeBrackets(),
          autocompletion(),
          highlightSelectionMatches(),
          syntaxHighlighting(colours),
          EditorView.lineWrapping,
          keymap.of([
            ...closeBracketsKeymap,
            ...defaultKeymap,
            ...searchKeymap,
            ...historyKeymap,
            ...completionKeymap,
          ]),
          linter(
            async (editor) => {
              const asked = editor.state.doc.toString();
              const found = asked.trim() === '' ? null : await now.current.check(asked);
              return found && found.to <= editor.state.doc.length ? [diagnostic(found)] : [];
            },
            { delay: CHECK_AFTER_MS },
          ),
          parts.current.language.of([]),
          parts.current.words.of([]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) now.current.change(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    const language = clickhouseLanguage(schema, lang);
    const completions = schema
      ? language.language.data.of({ autocomplete: wordCompletions(schema, lang) })
      : [];
    view.current?.dispatch({
      effects: parts.current.language.reconfigure([language, completions]),
    });
  }, [schema, lang]);

  const label = t('editor.label');
  const empty = t('editor.empty');
  useEffect(() => {
    view.current?.dispatch({
      effects: parts.current.words.reconfigure([
        EditorView.contentAttributes.of({
          'aria-label': label,
          spellcheck: 'false',
          tabindex: '0',
          'data-testid': 'editor',
        }),
        placeholder(empty),
        EditorState.phrases.of(
          Object.fromEntries(PHRASES.map(([english, key]) => [english, t(`editor.phrases.${key}`)])),
        ),
      ]),
    });
  }, [label, empty, t]);

  useEffect(() => {
    const editor = view.current;
    if (editor && fault && fault.to <= editor.state.doc.length) {
      editor.dispatch(setDiagnostics(editor.state, [diagnostic(fault)]));
    }
  }, [fault]);

  useImperativeHandle(
    ref,
    () => ({
      insert: (inserted) => {
        const editor = view.current;
        if (!editor) return;
        editor.dispatch(editor.state.replaceSelection(inserted), { scrollIntoView: true });
        editor.focus();
      },
      focus: () => view.current?.focus(),
      goTo: (position) => {
        const editor = view.current;
        if (!editor) return;
        const anchor = Math.min(position, editor.state.doc.length);
        editor.dispatch({ selection: { anchor }, scrollIntoView: true });
        editor.focus();
      },
    }),
    [],
  );
  return <div className="sql-editor" ref={box} />;
}

/** What CodeMirror says by itself, and the page's words for it. */
const PHRASES = [
  ['Completions', 'completions'],
  ['Diagnostics', 'diagnostics'],
  ['No diagnostics', 'no_diagnostics'],
  ['Find', 'find'],
  ['Replace', 'replace'],
  ['next', 'next'],
  ['previous', 'previous'],
  ['all', 'all'],
  ['match case', 'match_case'],
  ['regexp', 'regexp'],
  ['by word', 'by_word'],
  ['replace', 'replace_one'],
  ['replace all', 'replace_all'],
  ['close', 'close'],
] as const;
