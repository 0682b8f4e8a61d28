import { styleText } from 'node:util';
import type { DestinationStream } from 'pino';

/** What is read of a line of the log; see `createLog`. Every field may be missing. */
type Line = {
  level?: string;
  time?: string;
  msg?: string;
  method?: string;
  path?: string;
  operation?: string;
  environment?: string;
  caller?: string;
  status?: number | null;
  code?: string;
  durationMs?: number;
  requestId?: string;
};

/**
 * Takes the lines of the log and writes each one for a person at a terminal: the local time, what was asked and by whom,
 * and how it ended. The id of a request is shown only if the request failed, since somebody may then look for it.
 */
export function readableLines(output: DestinationStream): DestinationStream {
  return { write: (line) => output.write(`${readable(JSON.parse(line, plain))}\n`) };
}

/** Whatever a text holds, it moves no cursor and rings no bell. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(/[\p{Cc}\p{Bidi_C}]/gu, ' ') : value;
}

function readable(line: Line): string {
  const { level = 'info', time, msg = '', status } = line;
  const clock = (time === undefined ? new Date() : new Date(time)).toLocaleTimeString('en-GB');
  const words =
    status === undefined ? [level === 'info' ? '' : mark(level), msg].join(' ').trim() : requestWords(line);
  return `${styleText('dim', clock)}  ${words}`;
}

function requestWords(line: Line): string {
  const { method, path, operation, environment, caller, status, code, durationMs = 0, requestId } = line;
  const what = operation === undefined ? `${method} ${path ?? ''}`.trimEnd() : operation;
  const asked = [what, environment && `in ${environment}`, caller && `by ${caller}`]
    .filter(Boolean)
    .join(' ');
  const took = styleText('dim', `${Math.round(durationMs)} ms`);
  if (status === null) return `${mark('warn')} ${asked}: the caller went away  ${took}`;
  if (status !== undefined && status < 400) return `${mark('info')} ${asked}  ${took}`;
  const failure = `${status} ${code ?? ''}`.trimEnd();
  return `${mark(status !== undefined && status >= 500 ? 'error' : 'warn')} ${asked}: ${failure}  ${took}  ${styleText('dim', `request ${requestId}`)}`;
}

function mark(level: string): string {
  if (level === 'error' || level === 'fatal') return styleText('red', '✖');
  return level === 'warn' ? styleText('yellow', '!') : styleText('green', '✔');
}
