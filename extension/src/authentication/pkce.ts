/** What ties a browser's answer to the window that asked (RFC 7636): the verifier never leaves the window before the end. */
export type Proof = { state: string; verifier: string; challenge: string };

export async function createProof(): Promise<Proof> {
  const verifier = randomText();
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return { state: randomText(), verifier, challenge: base64Url(new Uint8Array(digest)) };
}

/** 256 bits. */
function randomText(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

/** RFC 4648, 5, without the padding. */
export function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
