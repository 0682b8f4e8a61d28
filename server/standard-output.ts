import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { errorCodeOf } from './error-code.ts';

/** Where lines go that nobody waits for. */
export type Output = {
  write(line: string): void;
  /** Writes out what is gathered, as far as it goes. */
  flush(): void;
};

/** A system call for each line would cost a busy BFF a tenth of its time, so that lines are gathered to this many bytes … */
const gatheredLength = 4096;
/** … and for no longer than this. */
const longestGatheredMs = 100;
/** How soon a reader that is behind is tried again. */
const againMs = 10;
/** What is kept for a reader that is behind. Lines beyond it are lost, and counted. */
const mostLength = 1024 * 1024;
/** At the end of the program, a reader that takes nothing for so long is given up. */
const patienceMs = 200;

let output: Output | undefined;

/** Standard output, for the log and whatever else is written line by line. */
export function standardOutput(): Output {
  output ??= openOutput();
  return output;
}

/**
 * Lines for standard output, which never make the program wait: who reads them may stop reading (a log collector that
 * hangs, a terminal that is paused). Neither of the usual ways will do: a write that waits would stop every request with
 * it, and one in another thread would keep the program from ending.
 */
function openOutput(): Output {
  const fd = withoutWaiting();
  let gathered = '';
  let rest: Buffer = Buffer.alloc(0);
  let lost = 0;
  let behind = false;
  let closed = false;
  let waiting = false;

  function writeLater(ms: number): void {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      flush();
    }, ms).unref();
  }

  function flush(): void {
    if (closed) return;
    if (lost > 0 && gathered.length + rest.byteLength < mostLength / 2) {
      gathered += lostLine(lost);
      lost = 0;
    }
    const bytes =
      rest.byteLength === 0 ? Buffer.from(gathered) : Buffer.concat([rest, Buffer.from(gathered)]);
    gathered = '';
    if (bytes.byteLength === 0) return;
    try {
      rest = bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      // Anything else says that nobody will ever read there again.
      closed = errorCodeOf(error) !== 'EAGAIN';
      rest = closed ? Buffer.alloc(0) : bytes;
    }
    behind = rest.byteLength > 0;
    if (behind || lost > 0) writeLater(againMs);
  }

  // Whatever ends the program but a kill: what is gathered is written out first.
  process.on('exit', () => {
    flush();
    for (let waited = 0, left = rest.byteLength; left > 0 && waited < patienceMs; waited += againMs) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, againMs);
      flush();
      if (rest.byteLength !== left) waited = 0;
      left = rest.byteLength;
    }
  });

  return {
    write(line) {
      if (closed) return;
      if (gathered.length + rest.byteLength + line.length > mostLength) {
        lost += 1;
        return;
      }
      gathered += line;
      if (gathered.length >= gatheredLength && !behind) flush();
      else writeLater(longestGatheredMs);
    },
    flush,
  };
}

/** In the form of the log's own lines, at the level of a warning. */
function lostLine(lost: number): string {
  const msg = `${lost} lines were lost, because whoever reads standard output did not keep up`;
  return `${JSON.stringify({ level: 40, time: Date.now(), lost, msg })}\n`;
}

/** A descriptor of standard output at which a write that would have to wait fails with EAGAIN instead. */
function withoutWaiting(): number {
  const { fd } = process.stdout;
  // Of a pipe or a socket, Node has said so to the system just now, by making the stream. A file never waits for a reader.
  if (!isatty(fd) || !fstatSync(fd).isCharacterDevice()) return fd;
  try {
    // A terminal is opened once more, since all programs in it share the first.
    return openSync(`/dev/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}
