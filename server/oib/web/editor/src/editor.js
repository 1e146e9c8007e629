// The editor in place of the text area: highlighting, completion, errors at their place.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import {
  drawSelection, EditorView, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";

// Colours are variables of the page's style sheet, so that light and dark follow it.
const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--card)", fontSize: "var(--code-size, 14px)", border: "1px solid var(--quiet)", borderRadius: "5px" },
  "&.cm-focused": { outline: "3px solid var(--hedged)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "ui-monospace, 'SF Mono', 'DejaVu Sans Mono', Consolas, monospace", lineHeight: "1.5", minHeight: "16rem", maxHeight: "32rem" },
  ".cm-content": { caretColor: "var(--ink)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { color: "var(--quiet)", backgroundColor: "var(--wash)", borderRight: "1px solid var(--line)" },
  ".cm-activeLineGutter": { color: "var(--ink)", backgroundColor: "var(--line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--line)" },
  ".cm-matchingBracket": { backgroundColor: "var(--line)", outline: "1px solid var(--quiet)" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--card)", border: "1px solid var(--quiet)", borderRadius: "4px" },
  ".cm-tooltip-autocomplete > ul > li": { fontFamily: "system-ui, sans-serif", padding: "3px 6px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { color: "var(--paper)", backgroundColor: "var(--link)" },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "0.85" },
  ".cm-diagnostic": { padding: "4px 10px", maxWidth: "32rem", whiteSpace: "pre-wrap" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--disputed) 2px", textUnderlineOffset: "3px" },
});

const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.definitionKeyword, tags.modifier], color: "var(--accent)", fontWeight: "600" },
  // Else a line may break after the question mark.
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--hedged)", whiteSpace: "nowrap" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--disputed)" },
  { tag: [tags.number, tags.bool, tags.literal], color: "var(--disputed)" },
  { tag: [tags.namespace, tags.propertyName, tags.url, tags.typeName, tags.className], color: "var(--link)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--quiet)", fontStyle: "italic" },
]);

// Over a selection Chromium would type by way of an element with a style, which the page's policy
// forbids: the editor replaces the selection itself.
const typeOverSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    if (event.inputType !== "insertText" || !event.data || empty || view.composing) return false;
    event.preventDefault();
    const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, from, to, event.data, insert))) view.dispatch(insert());
    return true;
  },
});

/**
 * Create the editor in a shadow root: there it may have style sheets of its own without any
 * exception in the page's content security policy.
 */
export function createEditor({ host, text, label, run, complete, phrases }) {
  const root = host.attachShadow({ mode: "open" });
  const parent = document.createElement("div");
  root.append(parent);
  return new EditorView({
    root,
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }]),
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ override: [complete], maxRenderedOptions: 60 }),
        // Tab indents; Escape and then Tab leaves the editor, as CodeMirror's manual says.
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
        typeOverSelection,
        sparql(),
        syntaxHighlighting(highlighting),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }),
        EditorState.phrases.of(phrases),
        theme,
      ],
    }),
  });
}

/** Replace the text of the editor. */
export function setText(view, text) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  clearError(view);
}

/** Underline the place of an error; line and column count from 1. */
export function showError(view, line, column, message) {
  const { doc } = view.state;
  const row = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const from = Math.min(row.from + Math.max(column, 1) - 1, row.to);
  const word = /^(<[^>\s]*>?|[?$]?[\w:.-]+|\S)/.exec(doc.sliceString(from, row.to));
  const start = word || from === row.from ? from : from - 1;
  const to = word ? from + word[0].length : row.to;
  view.dispatch(setDiagnostics(view.state, [{ from: start, to, severity: "error", message }]));
  view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
}

/** Take away what is underlined. */
export function clearError(view) {
  view.dispatch(setDiagnostics(view.state, []));
}
