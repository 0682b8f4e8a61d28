import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { errorCodeOf } from './error-code.ts';

/** Takes lines without making anybody wait. */
type Output = {
  write(line: string): void;
  /** Writes out the gathered lines, as far as the reader takes them. */
  flush(): void;
  /** How many lines were lost so far. */
  lost(): number;
};

/** A system call for each line would cost a busy BFF a tenth of its time, so lines are gathered up to this many bytes … */
const gatheredLength = 16 * 1024;
/** … and for no longer than this. */
const longestGatheredMs = 100;
/** How soon to try again when the reader is behind. */
const againMs = 10;
/** How much to keep for a reader that is behind. Further lines are lost, and counted. */
const mostLength = 1024 * 1024;
/** At the end of the program, how long to wait for a reader that takes nothing. */
const patienceMs = 200;

let output: Output | undefined;

/** Standard output, for everything that is written line by line. */
export function standardOutput(): Output {
  output ??= openOutput();
  return output;
}

/**
 * Writes lines to standard output without ever making the program wait for a reader that has stopped reading (a log
 * collector that hangs, a paused terminal). The usual ways do not work: a blocking write would stop every request, and a
 * write in another thread would keep the program from ending.
 */
function openOutput(): Output {
  const fd = withoutWaiting();
  let gathered = '';
  let rest: Buffer = Buffer.alloc(0);
  let lost = 0;
  let lostInAll = 0;
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
      // Any other error means that nobody will read there again.
      closed = errorCodeOf(error) !== 'EAGAIN';
      rest = closed ? Buffer.alloc(0) : bytes;
    }
    behind = rest.byteLength > 0;
    if (behind || lost > 0) writeLater(againMs);
  }

  // Unless the program is killed, the gathered lines are written out before it ends.
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
        lostInAll += 1;
        return;
      }
      gathered += line;
      if (gathered.length >= gatheredLength && !behind) flush();
      else writeLater(longestGatheredMs);
    },
    flush,
    lost: () => lostInAll,
  };
}

/** A line in the form of the log's own lines, as a warning. */
function lostLine(lost: number): string {
  const msg = `${lost} lines were lost, because whoever reads standard output did not keep up`;
  return `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), lost, msg })}\n`;
}

/** A descriptor of standard output where a write that would block fails with EAGAIN instead. */
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
