/** A value with more characters is written part by part, and a text in pieces of this length. */
const pieceLength = 256 * 1024;
/** How many characters are written in one turn of the event loop: about 20 ms. */
const mostInATurn = 4 * 1024 * 1024;

/** Ends a turn of the event loop, so that a large value does not keep everybody else waiting. */
export type NextTurn = () => Promise<void>;

/** The same JSON text as `JSON.stringify`, in pieces: at once, 37 MB would take more than a tenth of a second. */
export async function* jsonPieces(value: unknown, nextTurn: NextTurn): AsyncGenerator<string> {
  let length = 0;
  for (const piece of piecesOf(value)) {
    if (length > mostInATurn) {
      await nextTurn();
      length = 0;
    }
    length += piece.length;
    yield piece;
  }
}

/**
 * Writes a value as JSON over the bytes that it was parsed from. The new text is never longer, since it has no blanks and
 * only the necessary escapes. So a document is in memory once, and not twice.
 */
export async function writeJson(value: unknown, over: Buffer, nextTurn: NextTurn): Promise<Buffer> {
  let size = 0;
  for await (const piece of jsonPieces(value, nextTurn)) {
    if (size + Buffer.byteLength(piece) > over.byteLength) throw new RangeError('The JSON text has grown.');
    size += over.write(piece, size);
  }
  return over.subarray(0, size);
}

function* piecesOf(value: unknown): Generator<string> {
  if (textLength(value) <= pieceLength) yield JSON.stringify(value);
  else if (typeof value === 'string') yield* textPieces(value);
  else if (Array.isArray(value)) {
    yield '[';
    for (const [index, each] of value.entries()) {
      if (index > 0) yield ',';
      yield* piecesOf(each);
    }
    yield ']';
  } else {
    let before = '{';
    for (const [name, each] of Object.entries(value as object)) {
      yield `${before}${JSON.stringify(name)}:`;
      yield* piecesOf(each);
      before = ',';
    }
    yield '}';
  }
}

function* textPieces(text: string): Generator<string> {
  yield '"';
  for (let at = 0; at < text.length; ) {
    let end = at + pieceLength;
    // Keep both halves of a character together: one alone would be written as an escape.
    if (isFirstHalf(text.charCodeAt(end - 1))) end += 1;
    yield JSON.stringify(text.slice(at, end)).slice(1, -1);
    at = end;
  }
  yield '"';
}

function isFirstHalf(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/** How many characters the texts in a value have. It stops counting when there are more than a piece. */
function textLength(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let length = 0;
  for (const each of Object.values(value)) {
    length += textLength(each);
    if (length > pieceLength) break;
  }
  return length;
}
