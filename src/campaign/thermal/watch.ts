import type { ThermalReading } from "../../domain/equipment.ts";
import type { BenchFault } from "../../domain/equipment.ts";
import type { Rec } from "../../domain/records.ts";
import { valueOf } from "../../domain/reply.ts";
import type { Lane } from "../lane.ts";
import { cutBoard } from "../safe-state.ts";
import { freshDieC } from "./climate.ts";
import { sensorCheck } from "./plausible.ts";
import type { SensorCheck } from "./plausible.ts";

/**
 * Looks at one board's temperatures each second, whatever its lane is doing (TH-2, TH-4), and is the only one who reads them.
 *
 *   heater ─reading→ plausible? ─→ climate ─→ ramp, soak            records: thermal, note, bench_fault, rail_event
 *   heartbeats ─die─────────────────┤
 *                                   └─ too hot ─→ heater off, rails off, run ended `over_temperature`
 */
export async function* watchHeat(lane: Lane, done: AbortSignal): AsyncGenerator<Rec, void> {
  const { clock, station, memory } = lane;
  const watch: Watch = {
    lane,
    check: sensorCheck(station.climate.jumpCPerSecond),
    told: new Set(),
    lastReadNs: clock.nowNs(),
    faultSinceNs: null,
  };
  while (!done.aborted) {
    yield* readLoad(watch);
    yield* lookAtDie(watch);
    if (memory.climate.cut !== null) return;
    await clock.sleep(1000, done);
  }
}

interface Watch {
  readonly lane: Lane;
  readonly check: SensorCheck;
  /** What was said is not said again until it was otherwise. */
  readonly told: Set<string>;
  lastReadNs: number;
  /** Of a fault that stands: since when every reading was believed again; null: no fault, or the last was not. */
  faultSinceNs: number | null;
}

/** Silent for this long, a heater that should hold a temperature is out of order; believed for this long again, it is not. */
const silentS = 30;
const refusedS = 3;
const wellS = 30;
/** Above what rig and device allow, a load has left its control. */
const overshootC = 5;

async function* readLoad(watch: Watch): AsyncGenerator<Rec, void> {
  const { lane, check } = watch;
  const { clock, memory, station } = lane;
  const { thermal } = station;
  if (thermal === null) return;
  const reply = await thermal.read();
  const reading = valueOf(reply);
  const tNs = clock.nowNs();
  if (reading === null) {
    const silent = (tNs - watch.lastReadNs) / 1e9;
    watch.faultSinceNs = null;
    if (memory.climate.doing === "off") return;
    // It answers, and says that it has no temperature to tell: a sensor that came off.
    if (reply.kind === "refused" && silent >= refusedS) report(watch, "sensor_implausible", reply.reason);
    else if (silent >= silentS)
      report(watch, "silent", `no temperature could be read for ${silent.toFixed(0)} s`);
    return;
  }
  yield thermalRecord(lane, reading);
  const lie = check.look(tNs, reading);
  if (lie !== null) {
    report(watch, "sensor_implausible", lie);
    watch.faultSinceNs = null;
    return;
  }
  // One that complains and drives nothing has stopped itself: it holds no temperature, however near its load still is.
  const stopped = reading.faults.length > 0 && (!reading.on || reading.outputPercent === 0);
  if (stopped && memory.climate.doing !== "off") {
    report(watch, "device_fault", `heater '${thermal.name}' says: ${reading.faults.join("; ")}`);
    watch.faultSinceNs = null;
  }
  watch.lastReadNs = tNs;
  memory.climate.reading = { tNs, value: reading };
  if (!stopped) recovered(watch, tNs);
  for (const fault of reading.faults)
    yield* once(watch, `fault:${fault}`, `heater '${thermal.name}' says: ${fault}`);
  const mostC = thermal.limits.highestC + overshootC;
  if (reading.objectC > mostC)
    yield* cut(
      watch,
      `the load is at ${reading.objectC.toFixed(1)} °C, ${mostC} °C is the most its heater may reach`,
    );
}

async function* lookAtDie(watch: Watch): AsyncGenerator<Rec, void> {
  const { lane, told } = watch;
  const { dieWarnC, dieCutC } = lane.station.climate;
  const dieC = freshDieC(lane.memory.climate, lane.clock.nowNs());
  if (dieC === null || lane.memory.climate.cut !== null) return;
  if (dieCutC !== null && dieC > dieCutC) {
    yield* cut(watch, `the die is at ${dieC.toFixed(1)} °C, ${dieCutC} °C is where it is cut`);
    return;
  }
  if (dieWarnC === null) return;
  if (dieC > dieWarnC)
    yield* once(watch, "die", `the die is at ${dieC.toFixed(1)} °C, the rig file warns above ${dieWarnC} °C`);
  else if (dieC < dieWarnC - 1) told.delete("die");
}

/** Deeds first, words afterwards: a record waits until it is durable. */
async function* cut({ lane }: Watch, why: string): AsyncGenerator<Rec, void> {
  const { clock, memory, station } = lane;
  const { thermal, rails } = station;
  // At once: from now on nobody turns anything on.
  memory.climate.cut = { endReason: "over_temperature", detail: why };
  const { problems, readings } = await cutBoard(lane.name, station);
  const outcome = problems.length === 0 ? "heater and rails are off" : problems.join("; ");
  memory.climate.cut = { endReason: "over_temperature", detail: `${why}: ${outcome}` };
  memory.temperatureC = undefined;
  memory.climate.halt?.();
  const tNs = clock.nowNs();
  const { run } = memory.climate;
  yield {
    type: "bench_fault",
    tNs,
    run,
    device: thermal?.name ?? lane.name,
    stations: [lane.name],
    what: "over_temperature",
    sinceNs: tNs,
    detail: why,
  };
  for (const rail of rails)
    yield {
      type: "rail_event",
      tNs: clock.nowNs(),
      run,
      dut: lane.name,
      rail: rail.name,
      what: "cut",
      reading: readings.get(rail.name) ?? null,
      baselineMilliA: null,
      trace: [],
      dieC: freshDieC(memory.climate, clock.nowNs()),
      fluencePerCm2: null,
      doseRadSi: null,
      detects: null,
      cleared: null,
      detail: why,
    };
}

function report(watch: Watch, what: BenchFault["what"], detail: string): void {
  const { lane } = watch;
  const device = lane.station.thermal!.name;
  if (lane.health.standing([device]) !== null) return;
  lane.health.report({ device, stations: [lane.name], what, sinceNs: watch.lastReadNs, detail });
  watch.told.add("fault");
}

/** A fault of the watch's own finding is over when every reading was believed for a while. */
function recovered(watch: Watch, tNs: number): void {
  if (!watch.told.has("fault")) return;
  watch.faultSinceNs ??= tNs;
  if (tNs - watch.faultSinceNs < wellS * 1e9) return;
  watch.told.delete("fault");
  watch.faultSinceNs = null;
  const { lane } = watch;
  lane.health.report({
    device: lane.station.thermal!.name,
    stations: [lane.name],
    what: "back",
    sinceNs: tNs,
    detail: `its readings have been plausible for ${wellS} s`,
  });
}

function* once({ lane, told }: Watch, key: string, text: string): Generator<Rec, void> {
  if (told.has(key)) return;
  told.add(key);
  const { run } = lane.memory.climate;
  yield { type: "note", tNs: lane.clock.nowNs(), run, level: "warning", text: `${lane.name}: ${text}` };
}

function thermalRecord({ name, clock, memory }: Lane, reading: ThermalReading): Rec {
  const { run, doing } = memory.climate;
  const tNs = clock.nowNs();
  return { type: "thermal", tNs, run, dut: name, doing, reading, dieC: freshDieC(memory.climate, tNs) };
}
