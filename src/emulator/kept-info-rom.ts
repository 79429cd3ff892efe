import type { InfoRom } from "../board/info-rom.ts";
import type { Port } from "../domain/link.ts";

/**
 * What a board remembers without power, kept outside of its process: that is killed with the rail.
 *
 *   agent ─bytes→ port ─changed since?→ keep(InfoROM) ─kept→ UART
 *
 * It is kept before anything is said, so that no host hears of an error that the part then forgets.
 */
export function keepBeforeSaying(
  port: Port,
  infoRom: InfoRom,
  keep: (infoRom: InfoRom) => Promise<void>,
): Port {
  let kept = versionOf(infoRom);
  /** What is written waits for what was written before it. */
  let turn: Promise<void> = Promise.resolve();
  const say = async (bytes: Uint8Array): Promise<void> => {
    const now = versionOf(infoRom);
    if (now !== kept) await keep(infoRom);
    kept = now;
    await port.write(bytes);
  };
  return { ...port, write: (bytes) => (turn = turn.then(() => say(bytes))) };
}

/** Another one after every change: counts and lists only grow, and a page is pending before it is not. */
function versionOf({ aggregate, correctedOnce, retired, retirementFailed }: InfoRom): string {
  const counts = [...aggregate.values()].map(({ corrected, uncorrected }) => `${corrected}/${uncorrected}`);
  const words = [...correctedOnce.values()].map(({ size }) => size);
  const pending = retired.filter((page) => page.pending).length;
  return [...counts, ...words, retired.length, pending, retirementFailed].join();
}
