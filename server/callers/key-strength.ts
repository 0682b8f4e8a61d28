/** A key with this many unpredictable characters cannot be guessed over the network. */
const leastSurprises = 9;

/** Words that people often use in a key. Each counts as one character. */
const commonWords = `
  password passwort passphrase passwd secret access admin administrator login key apikey token bearer
  credential auth user root test demo example sample default change changeme please letmein welcome
  iloveyou dragon monkey master super server service local sandbox production development staging prod
  pearsana partner pbff bff backend frontend vscode university college school student registrar client
  company summer winter spring autumn hello world your this that with from the and
  correcthorsebatterystaple placeholder something random here goes replace insert enter secure string
  value characters unset set none mysecret not for todo`
  .trim()
  .split(/\s+/)
  .sort((one, other) => other.length - one.length);

/** Characters that are neighbours in the alphabet or on a keyboard. */
const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  ...['qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'qwertzuiop', 'yxcvbnm', 'azertyuiop', 'qsdfghjklm', 'wxcvbn'],
  ...['1qaz', '2wsx', '3edc', '4rfv', '5tgb', '6yhn', '7ujm', '8ik', '9ol'],
].flatMap((row) => [row, [...row].reverse().join('')]);

const lookalikes: Readonly<Record<string, string>> = {
  '@': 'a',
  $: 's',
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '5': 's',
};

/**
 * Whether a key that a person chose could be guessed. Repetitions, runs along the keyboard or the alphabet, and common
 * words make a key easier to guess than its length suggests.
 */
export function isWeak(key: string): boolean {
  const text = key.toLowerCase().replaceAll(/[^a-z0-9@$]/g, '');
  const asWords = text.replaceAll(/[@$0135]/g, (character) => lookalikes[character] ?? character);
  let surprises = 0;
  for (let at = 0; at < text.length; ) {
    surprises += 1;
    at += lengthOfNext(text, asWords, at);
  }
  return surprises < leastSurprises;
}

/** How many characters, from this position on, count as one: a common word, a year, a run of neighbours or a repetition. */
function lengthOfNext(text: string, asWords: string, at: number): number {
  const word =
    commonWords.find((each) => asWords.startsWith(each, at) || text.startsWith(each, at))?.length ?? 0;
  const year = /^(19|20)\d\d/.test(text.slice(at, at + 4)) ? 4 : 0;
  let run = 1;
  while (run < text.length - at && rows.some((row) => row.includes(text.slice(at, at + run + 1)))) run += 1;
  let again = 0;
  while (again < text.length - at && text.slice(0, at + again).includes(text.slice(at, at + again + 1)))
    again += 1;
  return Math.max(1, word, year, run >= 3 ? run : 1, again >= 3 ? again : 1);
}
