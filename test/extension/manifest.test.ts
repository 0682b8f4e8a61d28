import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  activityViewId,
  backendUrlSetting,
  type CommandId,
  importsViewId,
  operationCommands,
  providerId,
  sessionContextKey,
  viewId,
} from '../../extension/src/contributions.ts';
import { backendOrigin } from '../../shared/client.ts';
import { isWrite, type OperationRow, parametersIn } from '../../shared/endpoint-row.ts';
import { type OperationName, operations } from '../../shared/operations.ts';

type Command = { command: string; title: string; category: string; icon: string };
type MenuItem = { command: string; when?: string; group?: string };

const folder = new URL('../../extension/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
const { contributes } = manifest;
const commands: Command[] = contributes.commands;
const menus: Record<string, MenuItem[]> = contributes.menus;

type OperationCommand = (typeof operationCommands)[OperationName];

/** An environment alone is no question: it may have been clicked. */
const asksForMore = (row: OperationRow) => isWrite(row) || parametersIn(row.path).length > 1;

// The compiler keeps this list whole.
const commandIds: string[] = [
  ...new Set(Object.values(operationCommands)),
  ...Object.keys({
    'pearsana.importFile': true,
    'pearsana.newImportFile': true,
    'pearsana.pauseImport': true,
    'pearsana.continueImport': true,
    'pearsana.stopImport': true,
    'pearsana.showImportResults': true,
    'pearsana.resolve': true,
    'pearsana.refresh': true,
    'pearsana.signIn': true,
    'pearsana.signOut': true,
    'pearsana.showLog': true,
  } satisfies Record<Exclude<CommandId, OperationCommand>, true>),
];

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

  it('has the view and the setting that the code has', () => {
    assert.deepEqual(
      contributes.views.pearsana.map(({ id }: { id: string }) => id),
      [viewId, activityViewId, importsViewId],
    );
    const setting = contributes.configuration.properties[backendUrlSetting];
    // No workspace may say where the access key goes.
    assert.equal(setting.scope, 'application');
    assert.equal(backendOrigin(setting.default), setting.default);
  });

  it('offers its commands where they belong', () => {
    for (const [menu, items] of Object.entries(menus)) {
      for (const { command, when } of items) {
        assert(commandIds.includes(command), `${menu}: ${command}`);
        const views = [viewId, activityViewId, importsViewId].map((view) => `view == ${view}`);
        if (menu.startsWith('view/')) {
          assert(
            views.some((view) => when?.includes(view)),
            `${menu}: ${command}`,
          );
        }
      }
    }
    const inTitle = menus['view/title']?.map(({ command }) => command);
    assert.deepEqual(inTitle, [
      'pearsana.refresh',
      'pearsana.signIn',
      'pearsana.signOut',
      'pearsana.showLog',
    ]);
  });

  it('offers the command of an operation on the environments where it is granted', () => {
    for (const [operation, command] of Object.entries(operationCommands)) {
      const items = menus['view/item/context']?.filter((item) => item.command === command) ?? [];
      for (const { when } of items) assert(when?.includes(`viewItem =~ /\\b${operation}\\b/`), when);
      const groups = items.map(({ group }) => group?.replace(/@\d+$/, ''));
      const everyDay = !['health', 'scopes'].includes(operation);
      const kind = isWrite(operations[operation as OperationName]) ? '2_writes' : '1_checks';
      const needed = everyDay ? ['inline', kind] : [kind];
      const hint = `view/item/context in extension/package.json has ${command} in the groups [${groups}] instead of [${needed}]`;
      assert.deepEqual(groups, needed, hint);
    }
  });

  it('welcomes whoever is not signed in, with the way in', () => {
    const [welcome] = contributes.viewsWelcome;
    assert.equal(welcome.view, viewId);
    assert.equal(welcome.when, `${sessionContextKey} == signedOut`);
    const links = [...welcome.contents.matchAll(/\(command:([\w.]+)/g)].map(([, id]) => id);
    assert.deepEqual(links, ['pearsana.signIn', 'workbench.action.openSettings']);
    assert(welcome.contents.includes(encodeURIComponent(JSON.stringify([backendUrlSetting]))));
  });

  it('names files that exist', () => {
    const [container] = contributes.viewsContainers.activitybar;
    assert.equal(container.id, 'pearsana');
    for (const file of [container.icon, contributes.views.pearsana[0].icon]) {
      assert(existsSync(new URL(file, folder)), file);
    }
  });
});
