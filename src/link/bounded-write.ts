import type { Port } from "../domain/link.ts";

/** A device may stop reading for months; so many writes wait for it, and what is written beyond them is lost. */
const mostWaiting = 64;

/** The port's `write`, for those who do not wait for it: what stands in line before a device that has stopped reading stays bounded. */
export function boundedWrite(port: Port): Port["write"] {
  let waiting = 0;
  return async (bytes) => {
    if (waiting >= mostWaiting) return;
    waiting++;
    await port.write(bytes);
    waiting--;
  };
}
