import { type ClientRequest, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { largestUploadOf } from '../../shared/endpoint-row.ts';
import { endpoints } from '../../shared/endpoints.ts';
import { failureBody } from '../../shared/errors.ts';
import type { Config } from '../config/read-config.ts';
import { errorCodeOf } from '../error-code.ts';
import { jsonIn } from '../json/json-in.ts';

/** Long enough for any proxy that passes on what it has. */
const longestMs = 5_000;

/**
 * Calls the running BFF as its callers do, at `BFF_PUBLIC_URL`, and says what the proxy in front of it forgets. It begins the
 * largest upload that the BFF takes, without a key: a BFF refuses that at the first byte, if the byte reaches it.
 * @returns whether the largest upload reaches a BFF.
 */
export async function checkProxy(
  { publicUrl, fileLimits }: Pick<Config, 'publicUrl' | 'fileLimits'>,
  say: (line: string) => void,
): Promise<boolean> {
  if (publicUrl === undefined) {
    say('Error: BFF_PUBLIC_URL is missing: set it to the address that callers use.');
    return false;
  }
  const bytes = largestUploadOf(endpoints, fileLimits);
  const wrong = await beginUpload(new URL(endpoints.session.path, publicUrl), bytes).then(
    whatIsWrong,
    (error: unknown) =>
      error instanceof NoAnswer
        ? 'there is no answer before the whole body has arrived. Let the proxy pass on bodies as they arrive (nginx: proxy_request_buffering off;), so that documents are not written to its disk'
        : `it cannot be reached (${errorCodeOf(error)}). Check the name, the certificate, and whether the proxy runs. For a certificate authority of your own, set NODE_EXTRA_CA_CERTS`,
  );
  say(
    wrong === undefined
      ? `OK: ${publicUrl} leads to a BFF, with its name and the largest upload.`
      : `Error: ${publicUrl}: ${wrong}.`,
  );
  return wrong === undefined;
}

type Answer = { status: number; body: string };

class NoAnswer extends Error {}

/** Sends one byte of so many, and waits for the answer. */
function beginUpload(url: URL, bytes: number): Promise<Answer> {
  const send = url.protocol === 'https:' ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': bytes };
    const request: ClientRequest = send(url, { method: 'POST', headers, agent: false });
    const limit = setTimeout(() => request.destroy(new NoAnswer()), longestMs);
    request.once('response', async (response: IncomingMessage) => {
      const body = await text(response).catch(() => '');
      resolve({ status: response.statusCode ?? 0, body });
      request.destroy();
    });
    request.on('error', reject).once('close', () => clearTimeout(limit));
    request.write('{');
  });
}

/** In words, as the end of a sentence; undefined if the BFF refuses the caller, who has no key. */
function whatIsWrong({ status, body }: Answer): string | undefined {
  const { data } = failureBody.safeParse(jsonIn(body));
  if (data?.error.code === 'UNAUTHORIZED') return undefined;
  if (data) return `the BFF answers ${data.error.code}: ${data.error.message.replace(/\.$/, '')}`;
  if (status === 413)
    return 'the proxy refuses the largest upload. Let it pass on what the BFF takes (nginx: client_max_body_size 40m;)';
  return `the answer is ${status}, and not from a BFF. Check where the proxy passes calls on to, and whether the BFF runs`;
}
