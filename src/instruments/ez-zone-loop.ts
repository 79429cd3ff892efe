import type { ThermalLimits, ThermalReading } from "../domain/equipment.ts";
import type { Reply } from "../domain/reply.ts";
import { refused } from "../domain/reply.ts";
import type { ThermalZone } from "./driver.ts";
import { offBus, onBus } from "./ez-zone-registers.ts";
import type { EzZoneRegisters } from "./ez-zone-registers.ts";
import type { EzZoneSettings } from "./ez-zone-schema.ts";

/**
 * One control loop of an EZ-ZONE controller.
 *
 *   set ─→ in range? unit as told? ─→ ramp ─→ set point ─→ mode auto         each read back
 *   off ─→ mode off
 *   read ─→ process value, input error, set point, mode, power ─→ reading
 */
export const processValue = 360;
const setPoint = 2160;
const units = 2490;
/** How far the registers of loop 2 lie behind those of loop 1. */
const nextInput = 80;
const nextLoop = 70;
const nextSetPoint = 80;
const nextUnit = 20;

const off = 62;
const automatic = 10;
const minutes = 57;
const onSetPointChange = 1647;
const celsius = 15;
const fahrenheit = 30;
const noError = 61;
const healthy = 138;
const illegalAddress = "exception 2 ";

const inputErrors: Readonly<Record<number, string>> = {
  9: "bad calibration data",
  14: "RTD error",
  32: "failed",
  65: "open",
  114: "ambient error",
  127: "shorted",
  140: "measurement error",
};

/** Registers of this loop from those of loop 1. */
function placed(settings: EzZoneSettings, loop: number) {
  const { registers } = settings;
  const at = (register: number, step: number): number => register + (loop - 1) * step;
  const maybe = (register: number | null, step: number): number | null =>
    register === null ? null : at(register, step);
  return {
    processValue: at(processValue, nextInput),
    inputError: maybe(registers.inputError, nextInput),
    setPoint: at(setPoint, nextSetPoint),
    units: at(units, nextUnit),
    mode: at(registers.mode, nextLoop),
    activeMode: at(registers.activeMode, nextLoop),
    heatPower: maybe(registers.heatPower, nextLoop),
    coolPower: maybe(registers.coolPower, nextLoop),
    rampAction: at(registers.rampAction, nextSetPoint),
    rampScale: at(registers.rampScale, nextSetPoint),
    rampRate: at(registers.rampRate, nextSetPoint),
  };
}

/** Sees to it that the bus speaks the unit told; refused where it does not. */
export async function agreeOnUnit(
  values: EzZoneRegisters,
  settings: EzZoneSettings,
  loop: number,
): Promise<Reply<null>> {
  const register = placed(settings, loop).units;
  const wanted = settings.busUnit === "C" ? celsius : fahrenheit;
  const found = await values.readWord(register);
  if (found.kind === "refused" && found.reason.startsWith(illegalAddress))
    // Firmware before 2.0 knows no other unit than °F.
    return settings.busUnit === "F"
      ? { kind: "ok", value: null }
      : refused("this controller cannot speak °C on the bus: set 'busUnit: F' for the device");
  if (found.kind !== "ok") return found;
  if (found.value === wanted) return { kind: "ok", value: null };
  if (settings.busUnit === "C") return values.writeWord(register, celsius);
  return refused(
    `the controller speaks °C on the bus (register ${register} is ${found.value}), the rig file says °F: set 'busUnit: C' for the device`,
  );
}

export function ezZoneLoop(values: EzZoneRegisters, loop: number, settings: EzZoneSettings): ThermalZone {
  const { lowestC, highestC, fastestCPerMinute } = settings;
  const limits: ThermalLimits = { lowestC, highestC, fastestCPerMinute };
  const register = placed(settings, loop);
  const setPointUnit = settings.setPointUnit === "same" ? settings.busUnit : settings.setPointUnit;

  const setRamp = async (rateCPerMinute: number | null): Promise<Reply<null>> => {
    if (rateCPerMinute === null) return values.writeWord(register.rampAction, off);
    const perMinute = rateCPerMinute * (setPointUnit === "F" ? 1.8 : 1);
    const steps = [
      () => values.writeFloat(register.rampRate, perMinute),
      () => values.writeWord(register.rampScale, minutes),
      () => values.writeWord(register.rampAction, onSetPointChange),
    ];
    return inTurn(steps);
  };

  return {
    limits,
    set: async (temperatureC, rateCPerMinute) => {
      if (!(temperatureC >= lowestC && temperatureC <= highestC))
        return refused(`${temperatureC} °C is outside this controller's ${lowestC} to ${highestC} °C`);
      if (rateCPerMinute !== null && !(rateCPerMinute > 0))
        return refused(`a rate of ${rateCPerMinute} °C/min moves nothing`);
      // The word a campaign knows: it then walks the set point itself.
      if (settings.ramp === "none" && rateCPerMinute !== null) return refused("no-ramp");
      const fastest = Math.min(rateCPerMinute ?? Infinity, fastestCPerMinute ?? Infinity);
      return inTurn([
        () => agreeOnUnit(values, settings, loop),
        ...(settings.ramp === "none" ? [] : [() => setRamp(fastest === Infinity ? null : fastest)]),
        () => values.writeFloat(register.setPoint, onBus(temperatureC, setPointUnit)),
        () => values.writeWord(register.mode, automatic),
      ]);
    },
    off: () => values.writeWord(register.mode, off),
    read: async () => {
      const process = await values.readFloat(register.processValue);
      if (process.kind !== "ok") return process;
      const error = await advisory(values.readWord.bind(values), register.inputError);
      if (error.kind === "silence") return error;
      // What is read from a sensor in error is no temperature, however likely it looks.
      if (error.kind === "ok" && error.value !== noError) return refused(wordsOfInput(loop, error.value));
      if (!Number.isFinite(process.value))
        return refused(`analog input ${loop} reads ${process.value}: is its sensor connected?`);
      const target = await values.readFloat(register.setPoint);
      if (target.kind !== "ok") return target;
      const mode = await values.readWord(register.activeMode);
      if (mode.kind !== "ok") return mode;
      const heat = await advisory(values.readFloat.bind(values), register.heatPower);
      if (heat.kind === "silence") return heat;
      const cool = await advisory(values.readFloat.bind(values), register.coolPower);
      if (cool.kind === "silence") return cool;
      const status = await advisory(values.readWord.bind(values), settings.registers.deviceStatus);
      if (status.kind === "silence") return status;
      const failed = status.kind === "ok" && status.value !== healthy;
      const power = heat.kind === "ok" ? heat.value - (cool.kind === "ok" ? Math.abs(cool.value) : 0) : NaN;
      const value: ThermalReading = {
        objectC: offBus(process.value, settings.busUnit),
        sinkC: null,
        setC: Number.isFinite(target.value) ? offBus(target.value, setPointUnit) : null,
        // A mode that is not known may well drive its outputs.
        on: mode.value !== off,
        outputPercent: Number.isFinite(power) ? power : null,
        stable: null,
        faults: failed ? [`the controller reports a hardware failure (${status.value})`] : [],
      };
      return { kind: "ok", value };
    },
  };
}

async function inTurn(steps: readonly (() => Promise<Reply<null>>)[]): Promise<Reply<null>> {
  for (const step of steps) {
    const reply = await step();
    if (reply.kind !== "ok") return reply;
  }
  return { kind: "ok", value: null };
}

/** Refused where it is not to be asked. */
export function advisory(
  read: (register: number) => Promise<Reply<number>>,
  register: number | null,
): Promise<Reply<number>> {
  return register === null ? Promise.resolve(refused("not asked")) : read(register);
}

function wordsOfInput(loop: number, code: number): string {
  return `the sensor of analog input ${loop}: ${inputErrors[code] ?? `error ${code}`}`;
}
