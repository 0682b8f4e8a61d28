import * as vscode from 'vscode';
import { referencesOf } from '../../../shared/external-references.ts';
import type { ExternalReference } from '../../../shared/fields.ts';
import { countLineEnds } from '../../../shared/imports/file-text.ts';
import type { Roster } from '../../../shared/imports/roster.ts';
import { colors } from '../contributions.ts';
import { type Resolved, resolvedMark } from '../imports/resolved-rows.ts';
import {
  editOf,
  type MarkKind,
  markDetails,
  markKinds,
  marksAfter,
  type RowMark,
  runsOf,
  shortMarkWords,
} from '../imports/row-marks.ts';
import { later } from '../later.ts';
import { asMarkdown } from '../plain-text.ts';

/** Shows beside each line of a file what is known of its row, as long as the file is what was checked. */
export type RowMarks = vscode.Disposable & {
  /**
   * Replaces what was shown of the file; once it was edited, nothing is shown until it is read again.
   *
   * @param environment what is known is true of it alone
   * @returns brings back what was shown before, unless the file or what is known of it has changed since; says whether it did
   */
  show(uri: vscode.Uri, roster: Roster, environment: Named, marks: readonly RowMark[]): () => boolean;
  /** Shows what a person has found out, wherever nobody knew. */
  resolved(write: Resolved): void;
};

type Named = { id: string; name: string };

type Shown = {
  roster: Roster;
  environment: Named;
  lineCount: number;
  /** For the text that was checked; `marks` has what is left of them after edits. */
  checked: readonly RowMark[];
  isEdited: boolean;
  marks: readonly RowMark[];
};

/** Lines around those that are seen, so that scrolling shows no gaps. */
const linesAround = 30;

/** So many people of a file are asked about when it is seen again. */
const mostAsked = 10;
const askAfterMs = 300;

/** @param ask is told of people whose outcome a file calls unknown, when it is seen again: somebody may know it by now. */
export function createRowMarks(
  ask: (environmentId: string, people: readonly ExternalReference[]) => void,
): RowMarks {
  const shownBy = new Map<string, Shown>();
  const kinds = markKinds.map((kind) => ({ kind, type: markType(kind) }));
  const words = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor('descriptionForeground'), margin: '0 0 0 2em' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });

  /** The gutter and the ruler show all lines; words are written only where they are seen. */
  function draw(editor: vscode.TextEditor): void {
    const shown = shownBy.get(editor.document.uri.toString());
    for (const { kind, type } of kinds) {
      const runs = shown ? runsOf(shown.marks, kind) : [];
      editor.setDecorations(
        type,
        runs.map(({ from, to }) => new vscode.Range(from, 0, to, 0)),
      );
    }
    drawWords(editor);
  }

  function drawWords(editor: vscode.TextEditor): void {
    const { document, visibleRanges } = editor;
    const { marks = [], roster, environment } = shownBy.get(document.uri.toString()) ?? {};
    const now = Date.now();
    const isSeen = ({ line }: RowMark) =>
      visibleRanges.some(
        ({ start, end }) => line >= start.line - linesAround && line <= end.line + linesAround,
      );
    editor.setDecorations(
      words,
      marks.filter(isSeen).flatMap((mark): vscode.DecorationOptions[] => {
        if (!roster || !environment || mark.line >= document.lineCount) return [];
        const about = { operation: roster.operation, environment: environment.name };
        const hoverMessage = new vscode.MarkdownString();
        // As text: what Pearsana and the file say is never markup, nor a link.
        for (const detail of markDetails(mark, about, now))
          hoverMessage.appendMarkdown(`${asMarkdown(detail)}\n\n`);
        const contentText = `${signs[mark.kind]} ${shortMarkWords(mark, about, now)}`;
        return [
          {
            range: document.lineAt(mark.line).range,
            hoverMessage,
            renderOptions: { after: { contentText } },
          },
        ];
      }),
    );
  }

  function drawAll(uri: string): void {
    for (const editor of vscode.window.visibleTextEditors)
      if (editor.document.uri.toString() === uri) draw(editor);
  }

  /** Whoever looks again may have found out elsewhere what became of a row. */
  const askSoon = later(() => {
    for (const { document } of vscode.window.visibleTextEditors) {
      const { roster, environment, checked = [] } = shownBy.get(document.uri.toString()) ?? {};
      if (!roster || !environment) continue;
      const lines = new Set(checked.flatMap(({ kind, line }) => (kind === 'unknown' ? line + 1 : [])));
      const rows = roster.rows.filter(({ line }) => lines.has(line)).slice(0, mostAsked);
      const people = rows.flatMap(({ draft }) => referencesOf(roster.operation, draft).slice(0, 1));
      if (people.length > 0) ask(environment.id, people);
    }
  }, askAfterMs);

  const listeners = [
    vscode.window.onDidChangeVisibleTextEditors((editors) => {
      editors.forEach(draw);
      askSoon();
    }),
    vscode.window.onDidChangeWindowState(({ focused }) => focused && askSoon()),
    vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => drawWords(textEditor)),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const uri = document.uri.toString();
      const shown = shownBy.get(uri);
      if (!shown || contentChanges.length === 0) return;
      shown.isEdited = document.lineCount !== shown.lineCount || !isSame(document, shown);
      // An edit may have been undone, and a file that was written elsewhere may reach its editor only now.
      if (!shown.isEdited) shown.marks = shown.checked;
      else
        for (const { range, text } of contentChanges)
          shown.marks = marksAfter(shown.marks, editOf(range, text));
      drawAll(uri);
    }),
    // What was written elsewhere meanwhile was not checked.
    vscode.workspace.onDidOpenTextDocument((document) => {
      const uri = document.uri.toString();
      const shown = shownBy.get(uri);
      if (shown && !isSame(document, shown)) shownBy.delete(uri);
    }),
  ];

  return {
    show(uri, roster, environment, marks) {
      const key = uri.toString();
      const before = shownBy.get(key);
      if (before?.roster === roster && before.isEdited) return () => false;
      const lineCount = 1 + countLineEnds(roster.text);
      const shown: Shown = { roster, environment, lineCount, checked: marks, isEdited: false, marks };
      const put = (now: Shown) => {
        shownBy.set(key, now);
        drawAll(key);
      };
      put(shown);
      return () => {
        if (shownBy.get(key) !== shown || shown.isEdited || before?.roster.text !== roster.text) return false;
        put({ ...before, isEdited: false, marks: before.checked });
        return true;
      };
    },
    resolved(write) {
      for (const [uri, shown] of shownBy) {
        const now = (mark: RowMark) => resolvedMark(mark, write);
        Object.assign(shown, { checked: shown.checked.map(now), marks: shown.marks.map(now) });
        drawAll(uri);
      }
    },
    dispose() {
      for (const each of [...listeners, words, ...kinds.map(({ type }) => type)]) each.dispose();
    },
  };
}

const isSame = (document: vscode.TextDocument, { roster }: Shown) =>
  document.getText().replaceAll(/\r\n?/g, '\n') === roster.text;

/** Kinds differ by their signs too, for those who see no colours. */
const signs: Record<MarkKind, string> = { new: '○', done: '✓', refused: '✗', unknown: '?', faulty: '✗' };

/** The drawings of the signs, in a square of 16. */
const drawings: Record<MarkKind, string> = {
  new: '<circle cx="8" cy="8" r="3.5"/>',
  done: '<path d="M3 8.5 6.5 12 13 4.5"/>',
  refused: '<path d="m4 4 8 8M12 4l-8 8"/>',
  unknown: '<path d="M5.5 6a2.5 2.5 0 1 1 3.7 2.2C8.3 8.7 8 9.2 8 10M8 12.3v1"/>',
  faulty: '<path d="m4 4 8 8M12 4l-8 8"/>',
};

/** The ruler takes the theme's own colours; a drawing has none of them, so it has one for dark themes and one for light. */
const colours: Record<MarkKind, { ruler: string; dark: string; light: string }> = {
  new: { ruler: 'editorInfo.foreground', dark: '#59a4f9', light: '#0063d3' },
  done: { ruler: colors.succeeded, dark: '#73c991', light: '#1b6e3c' },
  refused: { ruler: colors.failed, dark: '#ff7b72', light: '#c42b1c' },
  unknown: { ruler: colors.unknown, dark: '#e2c08d', light: '#855f00' },
  faulty: { ruler: colors.failed, dark: '#ff7b72', light: '#c42b1c' },
};

function markType(kind: MarkKind): vscode.TextEditorDecorationType {
  const { ruler, dark, light } = colours[kind];
  return vscode.window.createTextEditorDecorationType({
    ...{ gutterIconSize: 'contain', rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed },
    overviewRulerColor: new vscode.ThemeColor(ruler),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
    dark: { gutterIconPath: drawing(kind, dark) },
    light: { gutterIconPath: drawing(kind, light) },
  });
}

function drawing(kind: MarkKind, colour: string): vscode.Uri {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" stroke="${colour}" stroke-width="1.8">${drawings[kind]}</svg>`;
  return vscode.Uri.parse(`data:image/svg+xml;base64,${btoa(svg)}`);
}
