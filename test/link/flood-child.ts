import { realClock } from "../../src/cli/clocks.ts";
import { openCapture } from "../../src/link/capture.ts";
import { linesOf } from "../../src/link/lines.ts";
import { openPort } from "../../src/link/open.ts";
import { EventQueue } from "../../src/rig/event-queue.ts";
import { Reception } from "../../src/rig/reception.ts";

/**
 * A process of its own that lets a device flood it, and prints what that cost: `flood-child MEGABYTES FOLDER`.
 *
 *   dd (0xFF) ─pipe→ link with capture ─→ reception ─→ queue nobody reads
 */
const [megabytes = "64", folder = "."] = process.argv.slice(2);
const script = `head -c ${Number(megabytes)}M /dev/zero | tr '\\0' '\\377'`;
const clock = realClock();
const capture = openCapture(folder, "flood", { clock, quotaBytes: 8 * 1024 * 1024 });
const port = await openPort({ command: ["sh", "-c", script] }, { memory: null })();
const link = linesOf(port, { capture });
const reception = new Reception(new EventQueue(), clock, {
  answered: () => false,
  newBoot: () => undefined,
  missing: () => undefined,
  accepted: () => undefined,
  unacknowledged: () => undefined,
});

// What the program and its first chunks take is not the flood's doing.
let baseline = 0;
let highest = 0;
let batches = 0;
const from = performance.now();
for await (const batch of link.batches) {
  for (const line of batch) reception.take(line);
  if (++batches % 16 !== 0) continue;
  const { rss } = process.memoryUsage();
  if (batches === 64) baseline = rss;
  highest = Math.max(highest, rss);
}
capture.close();
const seconds = (performance.now() - from) / 1000;
const { bytesIn, bytesCut, linesIn } = link.counts();
const report = {
  bytesIn,
  bytesCut,
  linesIn,
  garbled: reception.totals().garbled,
  capture: capture.counts(),
  grownMB: (highest - baseline) / 1e6,
  seconds,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
