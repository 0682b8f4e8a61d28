/**
 * The contract's words are for whoever calls the API. Whoever fills in a form is told what to enter, where that is
 * shorter; whatever else the contract may say is made a sentence.
 */
const wordsOfFaults: readonly [fault: RegExp, words: string][] = [
  [/is not an e-mail address$/, 'This is not an e-mail address. Enter one such as name@example.edu'],
  [/is not a date such as/, 'There is no such date. Use the format YYYY-MM-DD, for example 2000-05-15'],
  [/is not a date in the past/, 'This date is not possible. Enter a date in the past, after 1900'],
  [/is not a currency such as/, 'This is not a currency. Use three capital letters, for example USD'],
  [/is used twice/, 'This namespace is already used. Enter another one: each can be used only once'],
  [/must have at most ([\d,]+) characters$/, 'This is too long. Use at most $1 characters'],
  [/must not contain invisible characters$/, 'This contains invisible characters. Remove them'],
  [
    /must spell its domain as (\S+)$/,
    'The domain of an address cannot contain these letters. Write it as $1',
  ],
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

/**
 * What is wrong with the answer to a question, as in `E-mail: This is not an e-mail address. …` VS Code shows it in the
 * place of the prompt, and nobody could see what is asked.
 * @param ask the question in one or two words
 */
export function faultOfAnswer(ask: string, fault: string): string {
  return `${ask}: ${fault}`;
}

/** The whole question with the fault, where the question has to stay in sight: it says what will be done. */
export function questionWithFault(question: string, fault: string): string {
  return /[.?!:]$/.test(question) ? `${question} ${fault}` : `${question}. ${fault}`;
}
