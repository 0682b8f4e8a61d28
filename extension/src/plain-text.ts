/**
 * Words of others, fit to stand where VS Code would read markup: notifications and input boxes make links of
 * `[text](target)`, which can run commands, and pick lists make icons of `$(name)`. One line, and not too long.
 */
export function plain(text: string, longest = 400): string {
  const line = text.replace(/[\p{Cc}\p{Bidi_C}\s]+/gu, ' ').trim();
  const short = line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
  return short.replaceAll('](', '] (').replaceAll('$(', '$ (');
}

/** As it stands at the beginning of a sentence. */
export function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A line as Markdown that shows it as it is. VS Code's own `appendText` leaves addresses alone, of which its Markdown makes links. */
export function asMarkdown(line: string): string {
  return line.replace(/[!-/:-@[-`{-~]/g, '\\$&');
}
