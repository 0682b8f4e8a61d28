import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ageWords, timeWords } from '../../extension/src/time-words.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('an age', () => {
  const ages: [number, string][] = [
    [-minute, 'just now'],
    [0, 'just now'],
    [minute - 1, 'just now'],
    [minute, '1 min ago'],
    [hour - 1, '59 min ago'],
    [hour, '1 h ago'],
    [24 * hour - 1, '23 h ago'],
    [24 * hour, '1 day ago'],
    [49 * hour, '2 days ago'],
  ];
  for (const [age, words] of ages) {
    it(`of ${age} ms is ${words}`, () => assert.equal(ageWords(1e12, 1e12 + age), words));
  }
});

describe('a time', () => {
  const at = new Date(2026, 0, 30, 21, 20, 49);
  const words = (now: Date, style?: 'medium') => timeWords(at.toISOString(), now.getTime(), style);

  it('is told by the clock alone on its day, and with its day on any other', () => {
    assert.match(words(new Date(2026, 0, 30, 23)), /^today \d+:20(?!:)/);
    assert.match(words(new Date(2026, 0, 30, 23), 'medium'), /^today \d+:20:49/);
    assert.match(words(new Date(2026, 0, 31, 1)), /30.*2026, \d+:20/);
  });

  it('is never told as computers write it', () => {
    assert.doesNotMatch(words(new Date(2026, 1, 1)), /\dT\d|Z$/);
  });
});
