import type { Identity, Station } from "../domain/capabilities.ts";
import { assemble, inMemory } from "./assemble.ts";
import { realClock, virtualClock } from "./clocks.ts";
import { checkRig } from "./cross-checks.ts";
import { readRig } from "./files.ts";
import { valueOf } from "../domain/reply.ts";

export interface StationAnswer {
  readonly station: string;
  /** null: it did not answer. */
  readonly identity: Identity | null;
  /** What the equipment around it reads, in words. */
  readonly readings: readonly string[];
}

/** Opens the rig, asks everyone, closes it. RigError where a device is missing, another one, or speaks another version. */
export async function askRig(path: string, say: (text: string) => void): Promise<readonly StationAnswer[]> {
  const read = readRig(path);
  checkRig(read);
  const assembled = await assemble(read, {
    clock: inMemory(read.rig) ? virtualClock() : realClock(),
    seed: 0,
    segment: 0,
    rawFolder: null,
    truthPath: null,
    signal: new AbortController().signal,
    say,
  });
  try {
    const answers: StationAnswer[] = [];
    for (const [name, station] of assembled.bench.stations) {
      const identity = valueOf(await station.dut.identify());
      answers.push({ station: name, identity, readings: await readings(station) });
    }
    return answers;
  } finally {
    await assembled.close();
  }
}

async function readings({ dut, thermal, rails, beam }: Station): Promise<readonly string[]> {
  const clock = valueOf(await dut.readBack());
  const heat = thermal === null ? null : valueOf(await thermal.read());
  const lines: string[] = [];
  for (const rail of rails) {
    const reading = valueOf(await rail.read());
    if (reading === null) continue;
    const { on, milliV, milliA } = reading;
    lines.push(
      `rail ${rail.name} ${on ? "on" : "off"}${milliV === null ? "" : ` ${milliV} mV`}${milliA === null ? "" : ` ${milliA} mA`}`,
    );
  }
  const counter = beam === null ? null : valueOf(await beam.read());
  return [
    ...(clock === null ? [] : [`${clock.clockKHz} kHz`]),
    ...(heat === null ? [] : [`${heat.objectC.toFixed(1)} °C`]),
    ...lines,
    ...(counter === null ? [] : [`shutter ${counter.open ? "open" : "shut"}`]),
  ];
}
