import { constants, openSync, writeSync } from "node:fs";
import { open } from "@lydell/node-pty";
import "../../src/emulator/pty.ts";

/**
 * The far end of the serial bench, a process of its own: prints its terminal's path, then does as the first byte of each
 * 64-byte line it hears says. `F` and a count: that many lines as fast as they are taken. Any other: the line itself, back.
 */
const { fd, ptsName, master, slave } = open({ encoding: null });
const line = Buffer.from(process.argv[2] ?? "", "latin1");
const block = Buffer.concat(Array.from({ length: 1024 }, () => line));

function send(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      // The kernel's buffer is full: the other core is emptying it.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

let held = "";
master.on("data", (chunk: Buffer) => {
  const lines = (held + chunk.toString("latin1")).split("\n");
  held = lines.pop()!;
  for (const heard of lines) {
    if (!heard.startsWith("F")) send(Buffer.from(`${heard}\n`, "latin1"));
    else
      for (let left = Number(heard.slice(1)); left > 0; left -= 1024)
        send(left >= 1024 ? block : block.subarray(0, left * line.length));
  }
});
// Held open, never read: the terminal outlives the hosts that come and go. They set it raw.
openSync(ptsName, constants.O_RDWR | constants.O_NOCTTY);
slave.destroy();
process.on("disconnect", () => process.exit());
process.send?.(ptsName);
