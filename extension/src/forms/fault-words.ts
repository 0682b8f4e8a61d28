/**
 * The contract's words are for whoever calls the API. Whoever fills in a form is told what to enter, where that is
 * shorter; whatever else the contract may say is made a sentence.
 */
const wordsOfFaults: readonly [fault: RegExp, words: string][] = [
  [/is not an e-mail address$/, 'Enter an e-mail address, for example name@example.edu'],
  [/is not a date such as/, 'Use the format YYYY-MM-DD, for example 2000-05-15'],
  [/is not a date in the past/, 'Enter a date in the past, after 1900'],
  [/is not a currency such as/, 'Use three capital letters, for example USD'],
  [/is used twice/, 'Enter another system: each one can be used once'],
  [/must have at most ([\d,]+) characters$/, 'Use at most $1 characters'],
  [/must not contain invisible characters$/, 'Remove the invisible characters'],
  [/must spell its domain as (\S+)$/, 'Spell the domain as $1'],
];

/** What is wrong with what was entered, in words for a form. */
export function faultWords(fault: string): string {
  for (const [pattern, words] of wordsOfFaults) {
    const found = pattern.exec(fault);
    if (found) return words.replace('$1', found[1] ?? '');
  }
  const quoted = fault.replaceAll(/`([^`]*)`/g, '“$1”');
  return /^[a-z]/.test(quoted) ? `This ${quoted}` : quoted;
}

/** The question, and what to enter: VS Code shows the one in the place of the other, and nobody could see what is asked. */
export function questionWithFault(question: string, fault: string): string {
  return /[.?!:]$/.test(question) ? `${question} ${fault}` : `${question}. ${fault}`;
}
