/** How much a test does: the short form with every change, the long one where `npm test -- --long` asks for it. */
export const shortOrLong = (short: number, long: number): number =>
  process.env.LONG_TESTS === '1' ? long : short;
