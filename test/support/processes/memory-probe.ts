// Loaded into a process ahead of its program (NODE_OPTIONS=--import=…): prints twice a second how much memory and how
// many sockets it holds, each of its threads for itself.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { threadId } from 'node:worker_threads';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

setInterval(() => {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  const sockets = process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
  process.stderr.write(
    `probe ${JSON.stringify({ thread: threadId, held: heapUsed + external, rss, sockets })}\n`,
  );
}, 500).unref();
