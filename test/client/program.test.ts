// Runs the command line as its own process against a real BFF.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { createAsk } from '../../client/program/import-command.ts';
import { startTestBff } from '../support/bff/test-bff.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const program = join(import.meta.dirname, '../../client/program/main.ts');
const header = 'E-mail,First name,Last name,External ID';

type Ran = { code: number; rows: Record<string, unknown>[]; errors: string; output: string };

describe('the command line', () => {
  let bff: Awaited<ReturnType<typeof startTestBff>>;
  let folder: ReturnType<typeof temporaryFolder>;
  before(async () => {
    folder = temporaryFolder();
    bff = await startTestBff({
      production: {},
      variables: {
        ...{ RATE_LIMIT_IMPORT_PER_MINUTE: '60000', RATE_LIMIT_PER_MINUTE: '60000' },
        MAX_DOCUMENT_BYTES: '4000',
      },
    });
  });
  after(async () => {
    await bff.stop();
    folder[Symbol.dispose]();
  });

  const inFolder = (variables: Record<string, string> = {}) => ({
    cwd: folder.path,
    env: {
      PATH: process.env.PATH,
      HOME: folder.path,
      PEARSANA_BFF_URL: bff.url,
      PEARSANA_BFF_ACCESS_KEY: bff.accessKey,
      ...variables,
    },
  });
  const run = (...args: string[]) => runWith({}, ...args);
  function runWith(variables: Record<string, string>, ...args: string[]): Promise<Ran> {
    return new Promise((resolve) => {
      execFile(process.execPath, [program, ...args], inFolder(variables), (error, output, errors) => {
        const rows = output.startsWith('{')
          ? output
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line))
          : [];
        resolve({ code: error ? Number(error.code) : 0, rows, errors, output });
      });
    });
  }
  function write(name: string, ...lines: string[]): string {
    writeFileSync(join(folder.path, name), `${lines.join('\n')}\n`);
    return name;
  }
  /** Starts the program, does something once the first row is printed, and waits for its end. */
  async function interrupt(args: string[], act: (child: ChildProcess) => void) {
    const child = spawn(process.execPath, [program, ...args], inFolder());
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.stdout.once('data', () => act(child));
    child.stdout.resume();
    const [code] = await once(child, 'exit');
    return { code, errors };
  }
  const resultsIn = (name: string) =>
    readFileSync(join(folder.path, name), 'utf8').trim().split('\r\n').slice(1);
  const person = (id: string) => `p${id}@example.edu,Ada,Lovelace,${id}`;
  const invitations = (environment = 'sandbox') => [
    ...['--environment', environment, '--operation', 'createInvitation', '--set', 'namespace=SIS'],
  ];
  const statesOf = ({ rows }: Ran) => rows.map(({ line, state }) => `${line} ${state}`);
  const arrived = () => bff.pearsana.arrivals.filter(({ path }) => path === '/v1/invitations').length;

  it('checks a file without a BFF, and prints each row’s state as a line of JSON', async () => {
    const file = write('check.csv', header, person('c1'), 'nobody,Ada,,c2');
    const ran = await run('check', file, '--operation', 'createInvitation', '--set', 'namespace=SIS');
    assert.deepEqual(statesOf(ran), ['2 ready', '3 invalid']);
    assert.match(String(ran.rows[1]?.message), /E-mail: .*The last name is missing/);
    assert.equal(ran.rows[1]?.reference, 'SIS c2');
    assert.equal(ran.code, 1);
    assert.match(ran.errors, /1 ready, 1 invalid\. Nothing was sent\./);
  });

  it('imports a file, and sends nothing twice when it runs again', async () => {
    const file = write('three.csv', header, person('i1'), person('i2'), person('i3'));
    const before = arrived();
    const first = await run('import', file, ...invitations(), '--yes');
    assert.deepEqual(
      [first.code, statesOf(first).sort()],
      [0, ['2 succeeded', '3 succeeded', '4 succeeded']],
    );
    assert.match(String(first.rows[0]?.id), /^inv_/);
    const longer = write('longer.csv', header, person('i1'), person('i2'), person('i3'), person('i4'));
    const second = await run('import', longer, ...invitations(), '--yes');
    assert.deepEqual(statesOf(second).sort(), ['2 known', '3 known', '4 known', '5 succeeded']);
    assert.equal(arrived() - before, 4);
    const results = await run('results', longer, ...invitations());
    assert.deepEqual(statesOf(results), ['2 known', '3 known', '4 known', '5 known']);
  });

  it('writes the outcome of every row, and the rows to mend, which can be mended and imported', async () => {
    const file = write(
      'mixed.csv',
      `${header},Notes`,
      `${person('m1')},=1`,
      'wrong,Ada,Lovelace,m2,"kept, as it was"',
    );
    const ran = await run('import', file, ...invitations(), '--yes');
    assert.equal(ran.code, 1);
    const read = (name: string) => readFileSync(join(folder.path, name), 'utf8').split('\r\n');
    const [, ...results] = read('mixed-results.csv');
    assert.match(results[0] ?? '', /^3,SIS m2,invalid,|^2,SIS m1,succeeded,/);
    const [columns, row] = read('mixed-to-mend.csv');
    assert.equal(columns, `${header},Notes,What to mend`);
    assert.match(row ?? '', /^wrong,Ada,Lovelace,m2,"kept, as it was",/);
    const mended = write(
      'mended.csv',
      ...read('mixed-to-mend.csv').map((line) => line.replace('wrong', 'pm2@example.edu')),
    );
    assert.deepEqual(statesOf(await run('import', mended, ...invitations(), '--yes')), ['2 succeeded']);
  });

  for (const format of ['csv', 'json'] as const)
    it(`overwrites no ${format} file that somebody may have edited, and says what it wrote instead`, async () => {
      const at = (name: string) => join(folder.path, name);
      const good = { email: 'pe1@example.edu', firstName: 'Zoë', lastName: 'L', externalId: `e1-${format}` };
      const wrong = { ...good, email: 'wrong', externalId: `e2-${format}` };
      const lines = [Object.keys(good), Object.values(good), Object.values(wrong)].map((cells) =>
        cells.join(';'),
      );
      const requests = [good, wrong].map(({ externalId, ...identity }) => ({
        identity,
        externalReferences: [{ namespace: 'SIS', externalId }],
      }));
      const file = `edited-${format}.${format}`;
      writeFileSync(at(file), `\uFEFF${format === 'csv' ? lines.join('\n') : JSON.stringify(requests)}`);
      await run('import', file, ...invitations(), '--yes');
      const [results, toMend] = [`edited-${format}-results.csv`, `edited-${format}-to-mend.${format}`];
      const written = readFileSync(at(toMend), 'utf8');
      assert(written.startsWith('\uFEFF'), written);
      for (const name of [results, toMend]) appendFileSync(at(name), 'edited');
      symlinkSync('nowhere', at(`edited-${format}-to-mend-2.${format}`));
      for (const command of ['import', 'results']) {
        const ran = await run(command, file, ...invitations(), '--yes');
        const [again, second] = [`edited-${format}-to-mend-3.${format}`, `edited-${format}-results-`];
        assert(ran.errors.includes(`${again} (${toMend} was not overwritten)`), ran.errors);
        assert(ran.errors.includes(`Results of every row: ${second}`), ran.errors);
        assert.equal(readFileSync(at(again), 'utf8'), written);
      }
      for (const name of [results, toMend]) assert.match(readFileSync(at(name), 'utf8'), /edited$/);
    });

  it('continues when the reader of its output has gone, and writes the outcome of every row', async () => {
    const people = Array.from({ length: 60 }, (_, index) => person(`h${index}`));
    const file = write('head.csv', header, ...people);
    const before = arrived();
    const ended = await interrupt(['import', file, ...invitations(), '--yes'], ({ stdout }) =>
      stdout?.destroy(),
    );
    assert.equal(ended.code, 0, ended.errors);
    assert.doesNotMatch(ended.errors, /\n\s+at /);
    assert.equal(arrived() - before, people.length);
    const results = resultsIn('head-results.csv');
    assert.equal(results.filter((line) => line.includes(',succeeded,')).length, people.length);
  });

  it('ends in good order when it is interrupted, and continues when it runs again, even with --again', async () => {
    const ids = Array.from({ length: 150 }, (_, index) => `s${index}`);
    const file = write('signal.csv', header, ...ids.map(person));
    const before = bff.pearsana.arrivals.length;
    const import_ = ['import', file, ...invitations(), '--yes'];
    for (const args of [import_, [...import_, '--again']]) {
      // Under npm, one Ctrl-C arrives twice.
      const ended = await interrupt(args, (child) => {
        child.kill('SIGINT');
        setTimeout(() => child.kill('SIGINT'), 20);
      });
      assert.equal(ended.code, 2, ended.errors);
      assert.match(ended.errors, /The import was cancelled\. Run the same command again to continue it/);
      const name = /Results of every row: (\S+)/.exec(ended.errors)?.[1] ?? '';
      assert.equal(resultsIn(name).length, ids.length);
      const again = await run(...args);
      assert.equal(again.code, 0, again.errors);
      assert.match(again.errors, /Continuing import imp_/);
    }
    const counts = new Map<string, number>();
    for (const { path, body } of bff.pearsana.arrivals.slice(before)) {
      const id =
        path === '/v1/invitations' &&
        (body as { externalReferences: { externalId: string }[] }).externalReferences[0]?.externalId;
      if (id) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    assert.deepEqual([counts.size, new Set(counts.values())], [ids.length, new Set([2])]);
  });

  it('does not take an import that was left open without --again for one that sends again', async () => {
    const file = write('left-open.csv', header, person('open-1'), person('open-2'));
    assert.equal((await run('import', file, ...invitations(), '--yes')).code, 0);
    // It was announced for one row more than the file has left, so that it stays open.
    const digest = createHash('sha256')
      .update(readFileSync(join(folder.path, file)))
      .digest('hex');
    const announced = await bff.call('/api/environments/sandbox/imports', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ operation: 'createInvitation', rows: 3, digest }),
    });
    assert.equal(announced.status, 201, announced.text);
    const before = bff.pearsana.arrivals.length;
    const again = await run('import', file, ...invitations(), '--yes', '--again');
    assert.equal(again.code, 0, again.errors);
    assert.deepEqual(statesOf(again), ['2 succeeded', '3 succeeded']);
    assert.equal(bff.pearsana.arrivals.length - before, 2);
  });

  it('says how to fill a column that is missing, once', async () => {
    const file = write('column.csv', header, person('k1'), person('k2'));
    const ran = await run('check', file, '--operation', 'createInvitation');
    assert.equal(ran.errors.split('No column fills namespace').length, 2, ran.errors);
    // After the rows: a list of three thousand would scroll it away.
    assert.match(ran.errors, /0 ready, 2 invalid.*No column fills namespace.*--set namespace=VALUE/s);
    const foreign = write('foreign.csv', 'Login,Rufname,Sippe', 'a@example.edu,Ada,Lovelace');
    const unknown = await run('check', foreign, '--operation', 'createInvitation');
    assert.equal(unknown.code, 1);
    assert.match(
      unknown.errors,
      /--map Login=FIELD --map Rufname=FIELD .*\. The fields are: email, firstName/,
    );
  });

  it('offers to map the columns of the file, in options that a shell takes as they are', async () => {
    const file = write('map.csv', "E-mail,Given (legal),Fam=ily,Kenn'nr", 'p1@example.edu,Ada,Lovelace,k1');
    const check = ['check', file, '--operation', 'createInvitation', '--set', 'namespace=SIS'];
    const offered = [
      ...(await run(...check)).errors.matchAll(/--map ('(?:[^']|'\\'')+'|\S+?)=?(?=[,. ]|$)/gm),
    ];
    const wanted = ['Given (legal)=firstName', 'Fam=ily=lastName', "Kenn'nr=externalId"];
    const given = offered.map(([, option = '']) =>
      execFileSync('sh', ['-c', `printf %s ${option}`], { encoding: 'utf8' }),
    );
    for (const each of wanted) assert(given.includes(each), `${each} is not in ${given}`);
    const mapped = await run(...check, ...wanted.flatMap((each) => ['--map', each]));
    assert.deepEqual(statesOf(mapped), ['2 ready'], mapped.errors);
    const unknown = await run('check', write('none.csv', 'Login,Who am I', 'a,b'), ...check.slice(2));
    assert.match(unknown.errors, /--map Login=FIELD --map 'Who am I=FIELD'\. The fields are: email,/);
  });

  it('lists the fields and the settings in its help', async () => {
    const { output } = await run('--help');
    for (const word of ['BFF_DATA_DIR', 'createUser\n', 'externalId', 'preferredName', 'verificationIntent'])
      assert(output.includes(word), word);
    assert(output.split('\n').every((line) => line.length <= 95));
  });

  it('does what the README shows: a write by curl, and an import', async () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const block = (mark: string) =>
      (new RegExp(`<!-- ${mark} -->\\n\`\`\`\\n(.*?)\`\`\``, 's').exec(readme)?.[1] ?? assert.fail(mark))
        .replaceAll('http://127.0.0.1:8787', bff.url)
        .replace('/local/', '/sandbox/')
        .replace('--environment local', '--environment sandbox');
    mkdirSync(join(folder.path, '.pearsana-bff'));
    writeFileSync(join(folder.path, '.pearsana-bff/access-key'), `${bff.accessKey}\n`);
    // Not every machine has curl: this one only says what it was given.
    const said = `curl() { printf '%s\\0' "$@"; }\n${block('write')}`;
    const [url = '', ...options] = execFileSync('sh', ['-c', said], {
      ...inFolder(),
      encoding: 'utf8',
    }).split('\0');
    const headers = new Headers();
    let body = '';
    for (let at = 0; at < options.length - 1; at += 2) {
      const [option, value = ''] = options.slice(at);
      if (option === '-H') headers.append(...(value.split(': ', 2) as [string, string]));
      else if (option === '-d') body = value;
      else assert.fail(`This test does not know ${option}.`);
    }
    const answer = await fetch(url, { method: 'POST', headers, body });
    assert.equal(answer.status, 201, await answer.text());
    const npm = `npm() { shift 4; "${process.execPath}" "${program}" "$@"; }\n${block('import')}`;
    const { stdout: printed } = await promisify(execFile)('sh', ['-c', npm], inFolder());
    assert.match(printed, /"state":"succeeded"/);
  });

  it('takes Ctrl-C at a question as a no', async () => {
    const terminal = () => Object.assign(new PassThrough(), { isTTY: true, setRawMode() {} });
    const input = terminal();
    const ask = createAsk(input as never, terminal() as never);
    for (const [typed, answer] of [
      ['yes\n', 'yes'],
      ['\u0003', ''],
      ['\u0004', ''],
    ] as const) {
      const asked = ask?.('Continue? ');
      input.write(typed);
      assert.equal(await asked, answer);
    }
  });

  it('sends nothing to a protected environment unless its name and the number are given', async () => {
    const file = write('protected.csv', header, person('x1'), person('x2'));
    const asked = invitations('production');
    for (const [more, words] of [
      [['--yes'], /production is protected: add --confirm production/],
      [['--confirm', 'production', '--yes'], /Add --rows 2/],
      [['--confirm', 'production', '--rows', '3'], /Add --rows 2/],
    ] as const) {
      const ran = await run('import', file, ...asked, ...more);
      assert.equal(ran.code, 64);
      assert.match(ran.errors, words);
    }
    assert.equal(bff.production?.arrivals.length, 0);
    const sent = await run('import', file, ...asked, '--confirm', 'production', '--rows', '2');
    assert.deepEqual([sent.code, statesOf(sent).sort()], [0, ['2 succeeded', '3 succeeded']]);
  });

  it('submits documents from the folder of the file, and none from a folder above it', async () => {
    const user = write(
      'users.csv',
      'E-mail,First name,Last name,Role,External ID',
      'd1@example.edu,Ada,Lovelace,student,d1',
    );
    const operation = (name: string) => [
      '--environment',
      'sandbox',
      '--operation',
      name,
      '--set',
      'namespace=SIS',
      '--yes',
    ];
    assert.equal((await run('import', user, ...operation('createUser'))).code, 0);
    write('transcript.pdf', '%PDF-1.7 a transcript');
    const file = write(
      'documents.csv',
      'External ID,Document type,File',
      'd1,DIPLOMA,transcript.pdf',
      'd1,DIPLOMA,../secret.pdf',
    );
    const ran = await run('import', file, ...operation('submitDocument'));
    assert.deepEqual(statesOf(ran).sort(), ['2 succeeded', '3 invalid']);
    const again = await run('import', file, ...operation('submitDocument'));
    assert.deepEqual(statesOf(again).sort(), ['2 known', '3 invalid']);
  });

  it('imports the documents of a folder, by a pattern of their names that it tells first', async () => {
    const user = 'f1@example.edu,Ada,Lovelace,student,f-1';
    write('folder-user.csv', 'E-mail,First name,Last name,Role,External ID', user);
    const asked = (operation: string) => [
      ...['--environment', 'sandbox', '--operation', operation, '--set', 'namespace=SIS'],
    ];
    const created = await run('import', 'folder-user.csv', ...asked('createUser'), '--yes');
    assert.equal(created.code, 0, created.errors);
    mkdirSync(join(folder.path, 'letters'));
    for (const name of ['letter-f-1.pdf', 'letter-f-2.pdf', 'notes.txt'])
      writeFileSync(join(folder.path, 'letters', name), `the content of ${name}`);
    const documents = [...asked('submitDocument'), '--set', 'documentType=DIPLOMA'];
    const checked = await run('check', 'letters', ...documents);
    assert.match(checked.errors, /the pattern “letter-f-\{id\}\.pdf”.*--pattern/);
    assert.match(checked.errors, /Left out, .*: notes\.txt/);
    assert.equal(checked.rows[0]?.reference, 'SIS 1');

    // Nobody has seen the pattern that was guessed.
    const unseen = await run('import', 'letters', ...documents, '--yes');
    assert.deepEqual([unseen.code, /--pattern 'letter-f-\{id\}\.pdf'/.test(unseen.errors)], [64, true]);
    const ran = await run('import', 'letters', ...documents, '--pattern', 'letter-{id}.pdf', '--yes');
    assert.deepEqual(statesOf(ran).sort(), ['2 succeeded', '3 refused'], ran.errors);
    assert.equal(ran.rows.find(({ line }) => line === 2)?.reference, 'SIS f-1');
    assert.match(resultsIn('letters/letters-results.csv')[0] ?? '', /^2,SIS f-1,succeeded/);

    for (const [wrong, words] of [
      [['letters', ...documents, '--pattern', 'letter.pdf'], /--pattern needs \{id\}/],
      [['letters', ...documents, '--pattern', 'x{id}.pdf'], /No file .* is called letter-f-1\.pdf/],
      [['letters', ...invitations()], /--operation submitDocument/],
    ] as const) {
      const refused = await run('check', ...wrong);
      assert.deepEqual([refused.code, words.test(refused.errors)], [64, true], refused.errors);
    }
  });

  it('says what is wrong with documents, settings and folders before anything is sent', async () => {
    const before = bff.pearsana.arrivals.length;
    mkdirSync(join(folder.path, 'folder.pdf'));
    symlinkSync('/etc/hostname', join(folder.path, 'outside.pdf'));
    write('large.pdf', 'x'.repeat(5_000));
    writeFileSync(join(folder.path, 'empty.pdf'), '');
    const names = ['missing.pdf', 'folder.pdf', 'outside.pdf', 'empty.pdf', 'large.pdf'];
    const documents = ['External ID,Document type,File', ...names.map((name) => `d1,DIPLOMA,${name}`)];
    const file = write('unreadable.csv', ...documents);
    const asked = ['--environment', 'sandbox', '--operation', 'submitDocument', '--set', 'namespace=SIS'];
    for (const command of ['check', 'import']) {
      const ran = await run(command, file, ...asked, '--yes');
      const invalid = names.map((_, index) => `${index + 2} invalid`);
      assert.deepEqual([ran.code, statesOf(ran)], [1, invalid], ran.errors);
    }
    const people = write('folder.csv', header, person('f1'));
    write('not-a-folder', '');
    const refused = await run('import', people, ...invitations(), '--yes', '--out', 'not-a-folder');
    assert.deepEqual([refused.code, /result files cannot be written/.test(refused.errors)], [64, true]);
    const colored = await run('import', people, ...invitations('\u001b[31mred'), '--yes');
    assert(!colored.errors.includes('\u001b'), JSON.stringify(colored.errors));
    assert.equal((await run('check', '/dev/null', ...invitations())).code, 64);
    assert.equal(bff.pearsana.arrivals.length, before);
  });

  it('explains its use if it is used wrongly, and exits with status 64', async () => {
    const file = write('usage.csv', header, person('u1'));
    const wrong: [string[], RegExp][] = [
      [[], /Choose a command: check/],
      [['export', file], /no command “export”/],
      [['import'], /Name the file/],
      [['import', 'missing.csv', ...invitations()], /missing\.csv cannot be read/],
      [['import', file, '--operation', 'createInvitation'], /Say where: --environment/],
      [['import', file, '--environment', 'sandbox'], /Say what the rows are: --operation/],
      [['import', file, '--operation', 'ping'], /--operation must be one of/],
      [['import', file, ...invitations()], /Add --yes/],
      [['import', file, ...invitations('nowhere')], /no environment “nowhere”.*sandbox/s],
      [['check', file, '--colour', 'red'], /--colour/],
      [['check', file, '--map', 'x'], /--map takes NAME=VALUE/],
      [
        ['check', file, '--operation', 'createInvitation', '--map', 'E-mail=nope'],
        /no field “nope”.*firstName/,
      ],
      [['check', file, '--operation', 'createInvitation', '--set', 'nope=1'], /no field “nope”/],
    ];
    for (const [args, words] of wrong) {
      const ran = await run(...args);
      assert.deepEqual([ran.code, ran.output], [64, ''], args.join(' '));
      assert.match(ran.errors, words);
      assert.doesNotMatch(ran.errors, /\n\s+at /);
    }
    const help = await run('--help');
    assert.deepEqual([help.code, help.errors], [0, '']);
    assert.match(help.output, /^Usage: pearsana-partner-client/);
  });

  it('checks the BFF, the key and every environment with the command doctor', async () => {
    const ran = await run('doctor');
    assert.equal(ran.code, 0, ran.errors);
    for (const words of [
      'signed in with the owner key',
      'Clock: the BFF’s clock agrees',
      'sandbox, ping: Pearsana accepts the BFF’s token',
      'sandbox, API version: 2026-01-30 is the newest',
      'production, scopes: there is a token for 8 of the 8 scopes',
      'sandbox, journal: works',
    ])
      assert(ran.errors.includes(words), ran.errors);
  });

  it('ends the command doctor with 1 where a check failed, and says what to do', async () => {
    const wrongKey = await runWith({ PEARSANA_BFF_ACCESS_KEY: 'not-the-key-of-this-bff' }, 'doctor');
    assert.equal(wrongKey.code, 1);
    assert.match(wrongKey.errors, /✔ BFF: answers\n✖ Sign-in: .*\n {4}.*PEARSANA_BFF_ACCESS_KEY/);
    const nobody = await runWith({ PEARSANA_BFF_URL: 'http://127.0.0.1:9' }, 'doctor');
    assert.equal(nobody.code, 1);
    assert.match(nobody.errors, /✖ BFF: .*could not be reached.*\n {4}Run “npm start”.*PEARSANA_BFF_URL/);
  });
});
