/** As in “64 KiB” and “13.5 MiB”; what is no round number keeps its bytes. */
export function sizeWords(bytes: number): string {
  const kibibytes = bytes / 1024;
  if (kibibytes >= 1024) return `${Math.floor(kibibytes / 102.4) / 10} MiB`;
  return Number.isInteger(kibibytes) ? `${kibibytes} KiB` : `${bytes} bytes`;
}
