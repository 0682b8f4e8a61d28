#!/usr/bin/env node
import { ClientError } from '../../shared/client-error.ts';
import { importOperations } from '../../shared/import-record.ts';
import { rowFailureOf } from '../../shared/imports/row-end.ts';
import { type Arguments, readArguments, UsageError, usage } from './arguments.ts';
import { checkFile, tellResults } from './check-command.ts';
import { connect } from './connection.ts';
import { runDoctor } from './doctor-command.ts';
import { createAsk, importFile, NotConfirmed } from './import-command.ts';
import { createReport, printable, type Report } from './report.ts';
import { readSettings, whereHint } from './settings.ts';

/** The exit status for wrong usage, from `sysexits.h`. */
const wrongUse = 64;
const notDone = 2;
/** Signals that follow each other more quickly come from one press of a key. */
const oneKeyPressMs = 500;
const eitherOf = new Intl.ListFormat('en', { type: 'disjunction' });

async function run(given: Arguments, report: Report): Promise<number> {
  if (given.command === 'doctor') return runDoctor(readSettings(process.env), report);
  const { operation } = given;
  if (operation === undefined)
    throw new UsageError(`Say what the rows are: --operation ${eitherOf.format(importOperations)}.`);
  const asked = { ...given, operation };
  const { environment } = given;
  if (given.command === 'check' && environment === undefined) return checkFile(asked, undefined, report);
  if (environment === undefined) throw new UsageError('Say where: --environment NAME, such as sandbox.');
  const connection = await connect(readSettings(process.env), environment);
  if (given.command === 'check') return checkFile(asked, connection, report);
  if (given.command === 'results') return tellResults(asked, connection, report);
  let cancelledAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // One Ctrl-C can arrive twice: from the terminal, and from the npm that started this program.
      if (cancelledAt !== undefined && performance.now() - cancelledAt < oneKeyPressMs) return;
      // A second Ctrl-C means that the person does not want to wait for the rows in progress.
      if (cancelledAt !== undefined) process.exit(notDone);
      cancelledAt = performance.now();
      report.say('Cancelling: waiting for the rows in progress …');
    });
  }
  const ask = createAsk(process.stdin, process.stdout);
  return importFile(asked, connection, { report, ask, cancelled: () => cancelledAt !== undefined });
}

// Whoever reads the output may close it at any time, as `head` does. The import continues, and writes its result files.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const report = createReport({ output: process.stdout, errors: process.stderr });
try {
  const given = readArguments(process.argv.slice(2));
  if (given === 'help') process.stdout.write(usage());
  else process.exitCode = await run(given, report);
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${printable(error.message)}\nRun the command with --help to see all options.\n`);
    process.exitCode = wrongUse;
  } else if (error instanceof NotConfirmed) {
    report.say(error.message);
    process.exitCode = notDone;
  } else if (error instanceof ClientError) {
    process.stderr.write(`${printable(rowFailureOf(error).message + whereHint(error))}\n`);
    process.exitCode = notDone;
  } else throw error;
}
