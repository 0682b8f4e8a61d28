/** What stands in the way of the journal and cannot go away by itself: somebody has to look. It stops the start. */
export class JournalFault extends Error {
  override readonly name = 'JournalFault';
}
