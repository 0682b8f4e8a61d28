import { setFlagsFromString } from 'node:v8';
import type { Config } from '../config/read-config.ts';
import { errorCodeOf } from '../error-code.ts';
import { createLog, type Log } from '../log.ts';
import { standardOutput } from '../standard-output.ts';
import { startBff } from '../start.ts';
import type { RunningBff } from '../start-parts.ts';
import { readConfigurationHere } from './configured-here.ts';
import { readableLines } from './readable-lines.ts';
import { welcome } from './welcome.ts';

/** A signal to a process group arrives twice, since npm passes it on too. Within this time, they count as one. */
const sameSignalMs = 1_000;

/** The program: reads the configuration, starts the BFF, prints what to do next, and stops on a signal. */
export async function run(): Promise<void> {
  const { config, warnings, faults } = readConfigurationHere(process.env);
  for (const warning of warnings) say(`Warning: ${warning}`);
  if (!config) {
    say(
      `The BFF did not start. Its configuration (environment variables, or .env) has ${faults.length === 1 ? 'an error' : `${faults.length} errors`}:`,
    );
    for (const fault of faults) say(`  - ${fault}`);
    process.exitCode = 1;
    return;
  }

  // A person at a terminal reads lines; a collector of logs reads JSON.
  const toTerminal = !config.production && process.stdout.isTTY === true;
  const log = createLog(config.logLevel, toTerminal ? readableLines(standardOutput()) : standardOutput());
  let bff: RunningBff;
  try {
    bff = await startBff(config, log);
  } catch (error) {
    say(`The BFF did not start: ${startFailure(error, config)}`);
    process.exitCode = 1;
    return;
  }
  // V8 may take what a request makes for lasting, if many of the first requests are still there when it looks. It then keeps
  // the objects of every request until it collects its oldest ones. One process in six got 50 MB and a quarter slower.
  // Not before all is loaded: V8 does not use what was compiled under other flags, such as Node's own modules.
  setFlagsFromString('--no-allocation-site-pretenuring');
  // Before the ready line, since whoever reads that may send a signal at once.
  endOnSignal(bff, log);
  if (config.production) log.ready({ ...bff, environments: bff.environments.map(({ id }) => id) });
  else process.stdout.write(welcome(bff, { toTerminal, inEditor: process.env.TERM_PROGRAM === 'vscode' }));
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function startFailure(error: unknown, { host, port, dataDirectory }: Config): string {
  switch (errorCodeOf(error)) {
    case 'EADDRINUSE':
      return `port ${port} of ${host} is in use. Is another BFF running? Set PORT to another port (0 takes a free one), and set pearsana.backendUrl in VS Code to match.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'HOST is not an address of this machine.';
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return `there is no space left for the data directory (${dataDirectory}). Free some, or set BFF_DATA_DIR to another folder.`;
    case 'EROFS':
    case 'EEXIST':
    case 'ENOTDIR':
      return `the BFF cannot write to the data directory (${dataDirectory}): it is on a read-only disk, or is not a folder. Set BFF_DATA_DIR to another one.`;
    case 'EACCES':
    case 'EPERM':
      return `the current user is not allowed to use port ${port}, or to write to the data directory (${dataDirectory}). Set PORT or BFF_DATA_DIR.`;
    case 'ERR_MODULE_NOT_FOUND':
      return 'the local Pearsana is not part of this build: configure an environment (PEARSANA_SANDBOX_CLIENT_ID and so on).';
    default:
      return error instanceof Error ? error.message : 'for an unknown reason.';
  }
}

function endOnSignal(bff: RunningBff, log: Log): void {
  let firstSignal: number | undefined;
  const end = async (signal: NodeJS.Signals) => {
    if (firstSignal !== undefined) {
      // A second signal after a while means: stop now, without waiting for requests in progress.
      if (performance.now() - firstSignal > sameSignalMs) process.exit(1);
      return;
    }
    firstSignal = performance.now();
    log.shutdown(signal);
    await bff.stop();
    process.exit(0);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}
