import { checkEverything, type Finding, findingCounts, type Help } from '../../shared/doctor.ts';
import { clientOf } from './connection.ts';
import type { Report } from './report.ts';
import type { Settings } from './settings.ts';

const marks: Record<Finding['state'], string> = { ok: '✔', warning: '!', failed: '✖' };

/** Where this program gets what has to be corrected. */
const hints: Partial<Record<Help, string>> = {
  startBackend: 'The URL is in PEARSANA_BFF_URL.',
  url: 'The URL is in PEARSANA_BFF_URL.',
  signIn: 'The key is in PEARSANA_BFF_ACCESS_KEY, or in the file that PEARSANA_BFF_ACCESS_KEY_FILE names.',
};

/**
 * Checks the BFF, the key, and every environment that the key reaches.
 * @returns the exit status: 0 if no check failed. Warnings do not count.
 */
export async function runDoctor(settings: Settings, report: Report): Promise<number> {
  report.say(`Checking the BFF at ${settings.baseUrl} …`);
  const findings = await checkEverything(clientOf(settings), {
    onFinding({ state, check, words, remedy, help }) {
      report.say(`${marks[state]} ${check}: ${words}`);
      const next = [remedy, help && hints[help]].filter(Boolean).join(' ');
      if (next) report.say(`    ${next}`);
    },
  });
  report.say(`${findingCounts(findings)}.`);
  return findings.some(({ state }) => state === 'failed') ? 1 : 0;
}
