// The entry. It has no imports at the top, so that even an old Node can print the message below.
const required = [24, 0] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < required[0] || (major === required[0] && minor < required[1])) {
  process.stderr.write(
    `The BFF needs Node ${required[0]} or later, and this is Node ${process.versions.node}. In the repository, run npm start: it brings its own.\n`,
  );
  process.exitCode = 1;
} else {
  const [command, ...args] = process.argv.slice(2);
  if (command === undefined) {
    const { run } = await import('./program/run.ts');
    await run();
  } else if (command === '--version') {
    const { version } = await import('./version.ts');
    process.stdout.write(`${version}\n`);
  } else if (command === '--help' || command === 'help') {
    const { manual } = await import('./program/manual.ts');
    process.stdout.write(manual());
  } else {
    const { runAccess, runCheck, runJournal } = await import('./program/commands.ts');
    const { runMigrate, runMoveToDatabase } = await import('./program/database-commands.ts');
    const run = {
      ...{ access: runAccess, journal: runJournal, '--check': runCheck },
      ...{ migrate: runMigrate, 'move-to-database': runMoveToDatabase },
    }[command];
    if (run) await run(args);
    else {
      const { manual } = await import('./program/manual.ts');
      process.stderr.write(`There is no command of that name.\n\n${manual()}`);
      process.exitCode = 1;
    }
  }
}

export {};
