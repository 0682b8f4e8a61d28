// Loaded into the VS Code server before its own code (`node --import`). The server's standard input is a pipe from the
// test process, which the system closes however that process ends, even when it is killed and can't clean up.
import { rmSync } from 'node:fs';

if (process.argv[1]?.endsWith('server-main.js')) {
  process.stdin.resume().on('close', () => {
    const data = process.argv[process.argv.indexOf('--server-data-dir') + 1];
    if (data !== undefined) rmSync(data, { recursive: true, force: true });
    // The server leads a process group; its extension hosts are in it.
    if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL');
    process.exit(1);
  });
}
