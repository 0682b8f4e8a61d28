import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Button, buttonsThatFit, detailsOf } from '../../../extension/src/failures/buttons.ts';

const button = (title: string, detail?: string): Button => ({
  title,
  act: () => title,
  ...(detail !== undefined && { detail }),
});
const titles = (...buttons: Button[]) =>
  buttonsThatFit(buttons, () => 'the details').map(({ title }) => title);

describe('the buttons of a message', () => {
  it('are all there while there are two at most', () => {
    assert.deepEqual(titles(), []);
    assert.deepEqual(titles(button('Retry')), ['Retry']);
    assert.deepEqual(titles(button('Retry'), button('Show Log')), ['Retry', 'Show Log']);
  });

  it('are the first one and the details when there are more', () => {
    assert.deepEqual(titles(button('Retry'), button('Open Setting'), button('Show Log')), [
      'Retry',
      'Details',
    ]);
  });

  it('have an id behind the details, however few they are', () => {
    const id = button('Copy Request ID', 'Request r-1');
    assert.deepEqual(titles(id), ['Details']);
    assert.deepEqual(titles(button('Retry'), id), ['Retry', 'Details']);
    assert.equal(detailsOf([button('Retry'), id]), 'Request r-1');
    assert.equal(buttonsThatFit([id], () => 'the details')[0]?.act(), 'the details');
  });
});
