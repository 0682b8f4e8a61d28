import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';

/** Answers are not pages: if a browser shows one anyway, it may load nothing, and nobody may frame it. */
const decide = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  xFrameOptions: { action: 'deny' },
});

/** Helmet's headers are the same for every answer, so they are computed once, for an answer that is never sent. */
export function securityHeaders() {
  const model = new ServerResponse(new IncomingMessage(new Socket()));
  decide(model.req, model, (error) => {
    if (error) throw error;
  });
  const headers = Object.entries(model.getHeaders()).map(([name, value]) => [name, String(value)] as const);

  return function setSecurityHeaders(_request: Request, response: Response, next: NextFunction): void {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}
