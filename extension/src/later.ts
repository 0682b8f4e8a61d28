/** Acts once, so many ms after the first of several calls: what changes with every row would do nothing else. */
export function later(act: () => void, afterMs: number): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      act();
    }, afterMs);
  };
}
