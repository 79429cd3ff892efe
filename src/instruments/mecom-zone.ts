import type { ThermalLimits, ThermalReading } from "../domain/equipment.ts";
import type { Reply } from "../domain/reply.ts";
import { refused } from "../domain/reply.ts";
import type { ThermalZone } from "./driver.ts";
import type { MeComLine } from "./mecom-line.ts";
import type { MeComSettings } from "./mecom-schema.ts";

/**
 * One channel of a TEC controller (parameters as in pyMeCom's list; the instance is the channel).
 *
 *   set ─→ in range? in error? ─→ ramp, target, output on ─→ target and output read back
 *   read ─→ temperatures, target, output, current, stable, status ─→ reading
 */
export const parameters = {
  status: 104,
  errorNumber: 105,
  objectC: 1000,
  sinkC: 1001,
  currentA: 1020,
  stable: 1200,
  output: 2010,
  currentLimitA: 2030,
  address: 2051,
  targetC: 3000,
  coarseRamp: 3003,
} as const;

const statusWords = ["starting", "ready", "running", "in error", "in its boot loader", "about to reset"];
export const wordsOfStatus = (status: number): string => statusWords[status] ?? `in unknown status ${status}`;

export const unconnected = (reading: number): string =>
  `the object sensor reads ${reading}: is it connected, and set up in the controller?`;

const ready = 1;
const running = 2;
const inError = 3;

export function meComZone(line: MeComLine, channel: number, settings: MeComSettings): ThermalZone {
  const { lowestC, highestC, fastestCPerMinute, rampUnit } = settings;
  const limits: ThermalLimits = { lowestC, highestC, fastestCPerMinute };

  const setRamp = (rateCPerMinute: number): Promise<Reply<null>> => {
    if (rampUnit === "none") return Promise.resolve({ kind: "ok", value: null });
    const value = rampUnit === "K/s" ? rateCPerMinute / 60 : rateCPerMinute;
    return line.writeFloat(parameters.coarseRamp, channel, value);
  };

  const setOutput = async (on: boolean): Promise<Reply<null>> => {
    const written = await line.writeInt(parameters.output, channel, on ? 1 : 0);
    if (written.kind !== "ok") return written;
    const found = await line.readInt(parameters.output, channel);
    if (found.kind !== "ok") return found;
    return (found.value !== 0) === on
      ? { kind: "ok", value: null }
      : refused(`output ${on ? "on" : "off"} was acknowledged, and it reads ${found.value}`);
  };

  return {
    limits,
    set: async (temperatureC, rateCPerMinute) => {
      if (!(temperatureC >= lowestC && temperatureC <= highestC))
        return refused(`${temperatureC} °C is outside this controller's ${lowestC} to ${highestC} °C`);
      const rate = Math.min(rateCPerMinute ?? Infinity, fastestCPerMinute);
      if (!(rate > 0)) return refused(`a rate of ${rateCPerMinute} °C/min moves nothing`);
      // The word a campaign knows: it then walks the set point itself.
      if (rampUnit === "none" && rateCPerMinute !== null) return refused("no-ramp");
      const complaint = await complaintOf(line);
      if (complaint.kind !== "ok") return complaint;
      if (complaint.value !== null) return refused(complaint.value);
      const ramped = await setRamp(rate);
      if (ramped.kind !== "ok") return ramped;
      const written = await line.writeFloat(parameters.targetC, channel, temperatureC);
      if (written.kind !== "ok") return written;
      const found = await line.readFloat(parameters.targetC, channel);
      if (found.kind !== "ok") return found;
      if (found.value !== Math.fround(temperatureC))
        return refused(`${temperatureC} °C was acknowledged, and it is set to ${found.value} °C`);
      return setOutput(true);
    },
    off: () => setOutput(false),
    read: () => readZone(line, channel, settings),
  };
}

/** What keeps the controller from working, in words; null: nothing. */
export async function complaintOf(line: MeComLine): Promise<Reply<string | null>> {
  const status = await line.readInt(parameters.status, 1);
  if (status.kind !== "ok") return status;
  if (status.value === ready || status.value === running) return { kind: "ok", value: null };
  if (status.value !== inError)
    return { kind: "ok", value: `the controller is ${wordsOfStatus(status.value)}` };
  const number = await line.readInt(parameters.errorNumber, 1);
  if (number.kind === "silence") return number;
  const which = number.kind === "ok" ? `error ${number.value}` : "an error that it does not number";
  return { kind: "ok", value: `the controller stopped with ${which}: see its manual, mend it and reset it` };
}

async function readZone(
  line: MeComLine,
  channel: number,
  { positiveCurrent, stableCode }: MeComSettings,
): Promise<Reply<ThermalReading>> {
  const object = await line.readFloat(parameters.objectC, channel);
  if (object.kind !== "ok") return object;
  if (!Number.isFinite(object.value)) return refused(unconnected(object.value));
  const complaint = await complaintOf(line);
  if (complaint.kind !== "ok") return complaint;
  const output = await line.readInt(parameters.output, channel);
  if (output.kind !== "ok") return output;
  const target = await line.readFloat(parameters.targetC, channel);
  if (target.kind !== "ok") return target;
  // Not every model has what follows, and its absence is no fault.
  const sink = await line.readFloat(parameters.sinkC, channel);
  if (sink.kind === "silence") return sink;
  const stable = await line.readInt(parameters.stable, channel);
  if (stable.kind === "silence") return stable;
  const current = await line.readFloat(parameters.currentA, channel);
  if (current.kind === "silence") return current;
  const most = await line.readFloat(parameters.currentLimitA, channel);
  if (most.kind === "silence") return most;
  const faults = complaint.value === null ? [] : [complaint.value];
  if (sink.kind === "ok" && !Number.isFinite(sink.value)) faults.push(`the sink sensor reads ${sink.value}`);
  const on = output.value !== 0;
  const percent =
    current.kind === "ok" && most.kind === "ok"
      ? finite((100 * current.value * (positiveCurrent === "heats" ? 1 : -1)) / most.value)
      : null;
  return {
    kind: "ok",
    value: {
      objectC: object.value,
      sinkC: sink.kind === "ok" ? finite(sink.value) : null,
      setC: finite(target.value),
      on,
      outputPercent: on ? percent : 0,
      stable: stable.kind === "ok" ? on && stable.value === stableCode : null,
      faults,
    },
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value + 0 : null;
}
