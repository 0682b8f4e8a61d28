/** A multiple of three, so that no piece but the last has padding; small enough to be a call's arguments. */
const pieceBytes = 3 * 8_192;

/** Bytes as base64 (RFC 4648, 4), without Node's help: this runs in a browser's worker too. */
export function base64(bytes: Uint8Array): string {
  const modern: Uint8Array & { toBase64?(): string } = bytes;
  return modern.toBase64?.() ?? base64InPieces(bytes);
}

/** The same where the host has no base64 of its own. */
export function base64InPieces(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    text += btoa(String.fromCharCode(...bytes.subarray(start, start + pieceBytes)));
  }
  return text;
}
