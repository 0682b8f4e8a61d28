/** Whether a reader sees nothing of a character, though a program does: one of control, of direction, or without width. */
export function isHidden(character: string): boolean {
  return /^[\p{Control}\p{Surrogate}\p{Line_Separator}\p{Paragraph_Separator}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufff9-\ufffb]$/u.test(
    character,
  );
}

/** Whether a text hides nothing from its reader, and shows something unless it is blank. */
export function isReadable(value: string): boolean {
  const characters = [...value];
  const hides = characters.some(
    (character, at) =>
      isHidden(character) && !isNeeded(character, { before: characters[at - 1], after: characters[at + 1] }),
  );
  return !hides && (value.trim() === '' || characters.some(isSeen));
}

type Neighbours = { before: string | undefined; after: string | undefined };

/** Some scripts and pictures are not written right without a hidden character. */
function isNeeded(character: string, { before, after }: Neighbours): boolean {
  if (before === undefined) return false;
  if (character === '\u200c' || character === '\u200d') {
    return isJoined(before) && (/^\p{Mark}$/u.test(before) || (after !== undefined && isBeyondHebrew(after)));
  }
  // Which one is meant of several forms of a character.
  const selects = /^\p{Variation_Selector}$/u.test(character) || character === '\u180e';
  const hasForms = /^[\p{Extended_Pictographic}\p{Script=Han}]$/u.test(before);
  return selects && (hasForms || within(before, 0x1820, 0x18aa));
}

/** Arabic to Sinhala, Tibetan to Myanmar, Khmer to Mongolian; pictures, with what colours or selects them. */
function isJoined(character: string): boolean {
  return (
    within(character, 0x600, 0xdff) ||
    within(character, 0xf00, 0x109f) ||
    within(character, 0x1780, 0x18af) ||
    /^[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Variation_Selector}]$/u.test(character)
  );
}

function isBeyondHebrew(character: string): boolean {
  return within(character, 0x600, 0xfffff);
}

function isSeen(character: string): boolean {
  // The empty Braille pattern is a symbol, and yet has no dot.
  return !/^[\p{Mark}\s]$/u.test(character) && character !== '\u2800';
}

function within(character: string, first: number, last: number): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code >= first && code <= last;
}
