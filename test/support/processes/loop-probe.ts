// Loaded into a process ahead of its program (NODE_OPTIONS=--import=…): says on request how long its event loop
// was blocked at most since the last request.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const everyMs = 2;
const delay = monitorEventLoopDelay({ resolution: everyMs });
delay.enable();

// The processor time of a turn: on a busy machine, the clock would also count other processes.
let mostCpuMs = 0;
let before = cpuMs();
setInterval(() => {
  const now = cpuMs();
  mostCpuMs = Math.max(mostCpuMs, now - before);
  before = now;
}, everyMs).unref();

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

process.on('message', () => {
  // A turn that is not over yet counts too.
  setTimeout(() => {
    process.send?.(Math.min(delay.max / 1e6, mostCpuMs));
    delay.reset();
    mostCpuMs = 0;
  }, 2 * everyMs);
});
process.channel?.unref();
