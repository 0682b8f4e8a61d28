import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import { pino } from 'pino';
import { authorization } from '../access-key.ts';

type Next = (error?: unknown) => void;
type Duty = (request: IncomingMessage, response: ServerResponse, next: Next) => void;

const log = pino({ base: null });
const digest = (text: string) => createHash('sha256').update(text).digest();
const known = digest(authorization);

/** What somebody would add to a bare proxy first: a key for callers, headers, a limit and a line in the log. */
const duties: readonly Duty[] = [
  (request, response, next) => {
    const begun = performance.now();
    response.on('finish', () => {
      const { method, url } = request;
      log.info(
        { method, url, status: response.statusCode, durationMs: performance.now() - begun },
        'request',
      );
    });
    next();
  },
  helmet(),
  (request, response, next) => {
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), known)) next();
    else response.writeHead(401).end();
  },
  rateLimit({
    windowMs: 60_000,
    limit: 1_000_000,
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    keyGenerator: () => 'a-caller',
    // Fastify’s raw requests and responses lack what the library checks, and what its later headers need.
    validate: false,
  }) as unknown as Duty,
];

/** Does all of them, in their order. */
export function fulfilDuties(request: IncomingMessage, response: ServerResponse, next: Next): void {
  const from = (index: number): void => {
    const duty = duties[index];
    if (duty) duty(request, response, (error) => (error === undefined ? from(index + 1) : next(error)));
    else next();
  };
  from(0);
}
