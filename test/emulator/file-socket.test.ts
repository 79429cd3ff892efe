import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { scaledClock } from "../../src/cli/clocks.ts";
import { emulateOverPtys } from "../../src/emulator/over-ptys.ts";
import { followedFile } from "../../src/link/followed-file.ts";
import { facilityLog as fixture } from "../instruments/fixtures/facility-log.ts";
import { drivenOver } from "../instruments/instrument-bench.ts";
import type { CounterInstrument } from "../../src/instruments/driver.ts";
import { benchSpec } from "./bench-spec.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("an emulated facility writes its log into a real file, and what stood there stays", async () => {
  const path = join(folder, "logs", "countlog.txt");
  const old = join(folder, "old.txt");
  writeFileSync(
    old,
    "06/12/2023 00:00:00 .000  00000000002 00000018988 00000000001 00000000005 0.00 0.00\r\n",
  );
  for (const port of [path, old]) {
    const originNs = process.hrtime.bigint();
    const clock = scaledClock(20, originNs);
    const emulation = emulateOverPtys(
      benchSpec({ timeScale: 20 }),
      {
        boards: [],
        boxes: [],
        instruments: [
          {
            name: "log",
            serial: "EMU-LOG",
            port,
            protocol: "facility-log",
            writesFile: true,
            settings: { ...fixture.settings },
            serves: [],
          },
        ],
      },
      { seed: 1, clock, originNs, boardProgram: "" },
    );
    await emulation.ready;
    emulation.world.shutter(true);
    const follow = await followedFile(port, 5)();
    const counter = drivenOver(follow, fixture, clock) as CounterInstrument;
    let fluencePerCm2 = 0;
    while (fluencePerCm2 < 1e8) {
      const reply = await counter.read();
      if (reply.kind === "ok") ({ fluencePerCm2 } = reply.value);
      await clock.sleep(500);
    }
    expect(fluencePerCm2).toBeLessThanOrEqual(emulation.world.fluencePerCm2() * 1.001);
    await follow.close();
    await emulation.close();
  }
  expect(readFileSync(path, "latin1")).toMatch(/^Data From ChipIR\r\n\d\d\/\d\d\/\d{4} /);
  expect(readFileSync(old, "latin1")).toMatch(/^06\/12\/2023 00:00:00 .*\r\nData From ChipIR\r\n/);
});
