import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  activityFilteredContextKey,
  activityViewId,
  backendFolderSetting,
  backendUrlSetting,
  type CommandId,
  colors,
  doneContextKey,
  doneSteps,
  grantsContextKey,
  importingContextKey,
  importsViewId,
  operationCommands,
  providerId,
  sessionContextKey,
  viewId,
} from '../../extension/src/contributions.ts';
import { backendOrigin } from '../../shared/client.ts';
import { isWrite, type OperationRow, parametersIn } from '../../shared/endpoint-row.ts';
import { type OperationName, operationNames, operations } from '../../shared/operations.ts';

type Command = { command: string; title: string; category: string; icon: string };
type MenuItem = { command?: string; submenu?: string; when?: string; group?: string };

const folder = fileURLToPath(new URL('../../extension/', import.meta.url));
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const manifest = JSON.parse(read('package.json'));
const { contributes } = manifest;
const commands: Command[] = contributes.commands;
const menus: Record<string, MenuItem[]> = contributes.menus;
const sources = globSync('src/**/*.ts', { cwd: folder }).map(read).join('\n');

type OperationCommand = (typeof operationCommands)[OperationName];

/** An environment alone is no question: it may have been clicked. */
const asksForMore = (row: OperationRow) => isWrite(row) || parametersIn(row.path).length > 1;

// The compiler keeps this list whole.
const commandIds: string[] = [
  ...new Set(Object.values(operationCommands)),
  ...Object.keys({
    'pearsana.importFile': true,
    'pearsana.checkFile': true,
    'pearsana.newImportFile': true,
    'pearsana.pauseImport': true,
    'pearsana.continueImport': true,
    'pearsana.stopImport': true,
    'pearsana.showImportResults': true,
    'pearsana.resolve': true,
    'pearsana.chooseEnvironment': true,
    'pearsana.showWrite': true,
    'pearsana.copyRequestId': true,
    'pearsana.copyPearsanaId': true,
    'pearsana.copyForSupport': true,
    'pearsana.copyAsCurl': true,
    'pearsana.copyAsTypeScript': true,
    'pearsana.sendAgain': true,
    'pearsana.filterActivity': true,
    'pearsana.filterByPerson': true,
    'pearsana.clearActivityFilter': true,
    'pearsana.showMoreActivity': true,
    'pearsana.saveResults': true,
    'pearsana.refresh': true,
    'pearsana.signIn': true,
    'pearsana.signOut': true,
    'pearsana.startBackend': true,
    'pearsana.checkEverything': true,
    'pearsana.showLog': true,
  } satisfies Record<Exclude<CommandId, OperationCommand>, true>),
];
const views = [viewId, activityViewId, importsViewId];
const settings = [backendUrlSetting, backendFolderSetting];
const contextKeys = [
  sessionContextKey,
  grantsContextKey,
  doneContextKey,
  activityFilteredContextKey,
  importingContextKey,
];

/** What VS Code itself has, as far as the manifest uses it. */
const hostCommands = ['workbench.action.openSettings', 'workbench.action.openWalkthrough'];
const hostKeys = [
  ...['view', 'viewItem', 'explorerResourceIsFolder', 'resourceExtname', 'resourceScheme'],
  'resourceFilename',
];

/** Every text in the manifest, with the keys that lead to it. */
function* textsIn(value: unknown, path: string[] = []): Generator<{ path: string[]; text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  else if (typeof value === 'object' && value !== null)
    for (const [key, each] of Object.entries(value)) yield* textsIn(each, [...path, key]);
}

const texts = [...textsIn(contributes)];
const matches = (pattern: RegExp, text: string) =>
  [...text.matchAll(pattern)].map(([, found]) => found ?? '');

/** The conditions in the manifest. A step of a walkthrough is completed by one, too. */
const conditions = texts.flatMap(({ path, text }) => {
  if (['when', 'enablement'].includes(path.at(-1) ?? '')) return [text];
  return text.startsWith('onContext:') ? [text.slice('onContext:'.length)] : [];
});

/** Without what is compared with: texts, and regular expressions. */
const withoutValues = (condition: string) =>
  condition.replaceAll(/=~ \/(?:\\.|[^/])*\/i?|[!=]= (?:'[^']*'|[\w.]+)/g, '');

describe('the manifest', () => {
  it('is one extension for both hosts, with nothing of its own to install', () => {
    assert.equal(`${manifest.publisher}.${manifest.name}`, 'pearsana-tools.pearsana-partner');
    assert.equal(manifest.main, manifest.browser);
    // VS Code loads the bundle as CommonJS.
    for (const absent of ['type', 'dependencies', 'devDependencies', 'scripts', 'activationEvents']) {
      assert(!(absent in manifest), absent);
    }
  });

  it('has the commands that the code has', () => {
    const inManifest = commands.map(({ command }) => command);
    const without = (ids: string[], others: string[]) => ids.filter((id) => !others.includes(id));
    assert.deepEqual(without(commandIds, inManifest), [], 'missing in extension/package.json');
    assert.deepEqual(without(inManifest, commandIds), [], 'missing in extension/src/contributions.ts');
    assert.equal(new Set(inManifest).size, inManifest.length);
    for (const { title, category, icon } of commands) {
      assert.equal(category, 'Pearsana');
      assert.match(title, /^[A-Z]/);
      assert.doesNotMatch(title, /\.\.\./, 'an ellipsis is one character');
      assert.match(icon, /^\$\([a-z-]+\)$/);
    }
  });

  it('calls an operation as the table does, with “…” where it asks for more', () => {
    for (const { command, title } of commands) {
      const rows = Object.entries(operationCommands)
        .filter(([, id]) => id === command)
        .map(([operation]) => operations[operation as OperationName]);
      if (rows.length === 0) continue;
      const titles = rows.map((row) => (asksForMore(row) ? `${row.title}…` : row.title));
      assert(titles.includes(title), `extension/package.json calls it ${title}, not ${titles.join(', or ')}`);
    }
  });

  it('has the authentication provider that the code has', () => {
    assert.deepEqual(
      contributes.authentication.map(({ id }: { id: string }) => id),
      [providerId],
    );
  });

  it('has the views, the settings and the colours that the code has', () => {
    const ids = (list: { id: string }[]) => list.map(({ id }) => id);
    assert.deepEqual(ids(contributes.views.pearsana), views);
    assert.deepEqual(Object.keys(contributes.configuration.properties), settings);
    assert.deepEqual(ids(contributes.colors), Object.values(colors));
    for (const name of Object.keys(colors))
      assert(sources.includes(`colors.${name}`), `nothing has the colour ${name}`);
    for (const { id, defaults } of contributes.colors)
      assert.deepEqual(
        Object.keys(defaults).sort(),
        ['dark', 'highContrast', 'highContrastLight', 'light'],
        `${id} needs a value for each kind of theme`,
      );
  });

  it('names nothing that the code does not have, and the code names nothing else', () => {
    const known = [
      ...commandIds,
      ...views,
      ...views.map((view) => `${view}.focus`),
      ...settings,
      ...contextKeys,
      ...Object.values(colors),
    ];
    const submenus = contributes.submenus.map(({ id }: { id: string }) => id);
    const unknown = (ids: string[], others: string[]) => [
      ...new Set(ids.filter((id) => !others.includes(id))),
    ];
    const inManifest = texts.flatMap(({ text }) =>
      matches(/(?<!\/)\b(pearsana\.[a-zA-Z.]*[a-zA-Z])\b/g, text),
    );
    const inCode = matches(/['"`](pearsana\.[a-zA-Z.]*[a-zA-Z])['"`]/g, sources);
    assert.deepEqual(unknown(inManifest, [...known, ...submenus]), [], 'only in extension/package.json');
    assert.deepEqual(unknown(inCode, known), [], 'only in extension/src');
    const keys = Object.keys(menus).filter((menu) => menu.startsWith('pearsana.'));
    assert.deepEqual(keys, submenus);
  });

  it('has every command that its texts link to', () => {
    for (const { text } of texts)
      for (const id of matches(/\(command:([\w.]+)/g, text))
        assert([...commandIds, ...hostCommands].includes(id), `${id} in “${text}”`);
  });

  it('binds few keys, each to a command of its own, and not those that type a character where AltGr is used', () => {
    const { keybindings } = contributes;
    const focus = views.map((view) => `${view}.focus`);
    assert(keybindings.length <= 4);
    for (const { command, key, mac } of keybindings) {
      assert([...commandIds, ...focus].includes(command), command);
      assert.match(key, /^ctrl\+k shift\+[a-z]$/);
      assert.equal(mac, key.replace('ctrl', 'cmd'));
    }
    assert.equal(new Set(keybindings.map(({ key }: { key: string }) => key)).size, keybindings.length);
  });

  it('asks in its conditions for keys that somebody sets', () => {
    assert(conditions.length > 20);
    for (const condition of conditions) {
      const keys = matches(/\b([a-zA-Z][\w.]*)/g, withoutValues(condition));
      for (const key of keys)
        assert([...hostKeys, ...contextKeys, 'true', 'false'].includes(key), `${key} in “${condition}”`);
    }
    for (const key of contextKeys) {
      assert(
        conditions.some((condition) => condition.includes(key)),
        `nothing asks for ${key}`,
      );
    }
  });

  it('tells rows of a view apart by words that the code gives them', () => {
    const words = conditions
      .flatMap((condition) => matches(/viewItem =~ \/((?:\\.|[^/])*)\//g, condition))
      .flatMap((expression) => matches(/([a-zA-Z]{3,})/g, expression.replaceAll('\\b', ' ')));
    const texts = matches(/['"`]([^'"`\n]*)['"`]/g, sources).flatMap((text) => text.split(/\W+/));
    assert(words.length > 10);
    for (const word of words)
      assert([...operationNames, ...texts].includes(word), `no row of a view is called ${word}`);
  });

  it('offers its commands where they belong', () => {
    for (const [menu, items] of Object.entries(menus)) {
      for (const { command, submenu, when } of items) {
        assert(submenu !== undefined || commandIds.includes(command ?? ''), `${menu}: ${command}`);
        if (menu.startsWith('view/')) {
          assert(
            views.some((view) => when?.includes(`view == ${view}`)),
            `${menu}: ${command}`,
          );
        }
      }
    }
    const inTitle = menus['view/title']?.map(({ command }) => command);
    assert.deepEqual(inTitle, [
      'pearsana.filterActivity',
      'pearsana.clearActivityFilter',
      'pearsana.refresh',
      'pearsana.signIn',
      'pearsana.signOut',
      'pearsana.checkEverything',
      'pearsana.showLog',
    ]);
  });

  it('says Pearsana in the menu of the explorer, which has the commands of every extension', () => {
    const [item, ...others] = menus['explorer/context'] ?? [];
    assert.deepEqual(others, []);
    const submenu = contributes.submenus.find(({ id }: { id: string }) => id === item?.submenu);
    assert.equal(submenu.label, 'Pearsana');
  });

  it('offers the command of an operation on the environments where it is granted', () => {
    for (const [operation, command] of Object.entries(operationCommands)) {
      const items = menus['view/item/context']?.filter((item) => item.command === command) ?? [];
      for (const { when } of items) assert(when?.includes(`viewItem =~ /\\b${operation}\\b/`), when);
      const groups = items.map(({ group }) => group?.replace(/@\d+$/, ''));
      // With a second icon, the name of the row under the mouse is cut in a side bar of 174 px. A ping has a row of its own.
      const everyDay = operation === 'createInvitation';
      const kind = isWrite(operations[operation as OperationName]) ? '2_writes' : '1_checks';
      const needed = everyDay ? ['inline', kind] : [kind];
      const hint = `view/item/context in extension/package.json has ${command} in the groups [${groups}] instead of [${needed}]`;
      assert.deepEqual(groups, needed, hint);
    }
  });

  it('offers an operation, from the palette too, only where it is granted or where nobody knows yet', () => {
    for (const [operation, command] of Object.entries(operationCommands)) {
      const item = menus.commandPalette?.find((each) => each.command === command);
      const [unknown, pattern] = item?.when?.split(` || ${grantsContextKey} =~ `) ?? [];
      assert.equal(unknown, `!${grantsContextKey}`, command);
      const grants = new RegExp(pattern?.slice(1, -1) ?? '');
      assert.match(`health ${operation} other`, grants);
      assert.doesNotMatch('none', grants);
    }
  });

  it('says in every view that a key has no access, and where to read why nothing can be shown', () => {
    const welcomes: { view: string; when: string; contents: string }[] = contributes.viewsWelcome;
    for (const { id } of contributes.views.pearsana) {
      const own = welcomes.filter(({ view }) => view === id);
      assert(
        own.some(({ contents }) => /^Your key (has no access|cannot)/.test(contents)),
        id,
      );
      // The first view says it itself.
      if (id === viewId) continue;
      const failed = own.filter(({ when }) => when === `${sessionContextKey} == failed`);
      assert.match(failed[0]?.contents ?? '', /The Environments view above shows the reason/, id);
    }
  });

  it('welcomes whoever is not signed in, with the way in', () => {
    const [welcome] = contributes.viewsWelcome;
    assert.equal(welcome.view, viewId);
    assert.equal(welcome.when, `${sessionContextKey} == signedOut`);
    const links = matches(/\(command:([\w.]+)/g, welcome.contents);
    assert.deepEqual(links, [
      'pearsana.signIn',
      'pearsana.startBackend',
      'workbench.action.openSettings',
      'workbench.action.openWalkthrough',
    ]);
    assert(welcome.contents.includes(encodeURIComponent(JSON.stringify([backendUrlSetting]))));
  });

  it('has a walkthrough whose steps are completed by what was done, each with a picture in the colours of the theme', () => {
    const [{ id, steps }, ...others] = contributes.walkthroughs;
    assert.deepEqual(others, []);
    const walkthrough = encodeURIComponent(`${manifest.publisher}.${manifest.name}#${id}`);
    assert(contributes.viewsWelcome[0].contents.includes(walkthrough), 'nothing leads to the walkthrough');
    for (const { id: step, description, media, completionEvents } of steps) {
      assert.match(description, /^\[[^\]]+\]\(command:pearsana\.\w+[^)]*\)$/m, `${step} has no button`);
      assert(media.altText, step);
      assert(!description.includes('`'), `${step}: VS Code shows backticks there as they are`);
      const picture = read(media.svg);
      assert.doesNotMatch(picture.replaceAll(/var\([^"]*\)/g, ''), /="(#|rgb|black|white)/, media.svg);
      const [event, ...more] = completionEvents;
      assert.deepEqual(more, [], step);
      const word = /^onContext:pearsana\.done =~ \/\\b(\w+)\\b\/$/.exec(event)?.[1];
      assert((doneSteps as readonly (string | undefined)[]).includes(word), `${step}: ${event}`);
    }
    for (const word of doneSteps)
      assert(
        JSON.stringify(steps).includes(word) && sources.includes(`'${word}'`),
        `nothing is completed by ${word}`,
      );
  });

  it('lets no workspace say where the access key goes, or what is started', () => {
    assert.equal(contributes.configuration.properties[backendFolderSetting].scope, 'machine');
    const setting = contributes.configuration.properties[backendUrlSetting];
    assert.equal(setting.scope, 'application');
    assert.equal(backendOrigin(setting.default), setting.default);
  });

  it('describes each setting with an example', () => {
    const properties: [string, { markdownDescription?: string }][] = Object.entries(
      contributes.configuration.properties,
    );
    for (const [name, { markdownDescription = '' }] of properties)
      assert.match(markdownDescription, /Examples?: `/, name);
  });

  it('names files that exist', () => {
    const [container] = contributes.viewsContainers.activitybar;
    assert.equal(container.id, 'pearsana');
    const named = [manifest.icon, ...texts.map(({ text }) => text)].filter((text) =>
      /^[\w/-]+\.(png|svg|md|js)$/.test(text),
    );
    assert(named.includes('media/icon.png') && named.includes('media/pearsana.svg'));
    for (const file of named) assert(existsSync(join(folder, file)), file);
  });

  it('has an icon as large as the Marketplace shows it, and a changelog with this version', () => {
    const png = readFileSync(join(folder, manifest.icon));
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [128, 128]);
    assert(read('CHANGELOG.md').includes(`\n## ${manifest.version}\n`));
  });

  it('uses icons that the oldest VS Code has', () => {
    // The version of @vscode/codicons is the one that this VS Code was released with.
    const mapping = new URL(import.meta.resolve('@vscode/codicons/src/template/mapping.json'));
    const codicons = Object.keys(JSON.parse(readFileSync(mapping, 'utf8')));
    const named = [
      ...texts.flatMap(({ text }) => matches(/\$\(([a-z-]+)(?:~spin)?\)/g, text)),
      ...matches(/\bicon: '([a-z-]+)(?:~spin)?'/g, sources),
      ...matches(/themeIcon\('([a-z-]+)/gi, sources),
    ];
    assert(named.includes('pulse') && named.includes('debug-pause') && named.includes('cloud'));
    assert.deepEqual(
      named.filter((name) => !codicons.includes(name)),
      [],
    );
  });
});
