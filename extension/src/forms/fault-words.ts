/**
 * The contract's words are for whoever calls the API. Whoever fills in a form is told what to enter, where that is
 * shorter; whatever else the contract may say is made a sentence.
 */
const wordsOfFaults: readonly [fault: RegExp, words: string][] = [
  [/is not an e-mail address$/, 'Enter an e-mail address, for example name@example.edu'],
  [/is not a date such as/, 'Use the format YYYY-MM-DD, for example 2000-05-15'],
  [/is not a currency such as/, 'Use three capital letters, for example USD'],
];

/** What is wrong with what was entered, in words for a form. */
export function faultWords(fault: string): string {
  const found = wordsOfFaults.find(([pattern]) => pattern.test(fault));
  if (found) return found[1];
  return /^[a-z]/.test(fault) ? `This ${fault}` : fault;
}
