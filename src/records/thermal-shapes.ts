import type { Cycle, Hold, Ramp, Soak, Sweep, ThermalStep } from "../domain/thermal-steps.ts";
import type { Check } from "./shape.ts";
import { anyNumber, listOf, object, oneOf, orNull } from "./shape.ts";

/** Thermal steps as they stand in a plan, nested as they are. */
export const thermalSteps: Check = (holder, key) => listOf(step)(holder, key);

const rateCPerMin = orNull(anyNumber);

const shapes: Readonly<Record<ThermalStep["kind"], Check>> = {
  run: object<{ kind: string }>({ kind: oneOf(["run"]) }),
  ramp: object<Ramp>({ kind: oneOf(["ramp"]), toC: anyNumber, rateCPerMin }),
  soak: object<Soak>({
    kind: oneOf(["soak"]),
    until: oneOf(["stable", "time"]),
    toleranceC: anyNumber,
    slopeCPerMin: anyNumber,
    windowS: anyNumber,
    minS: anyNumber,
    maxS: anyNumber,
  }),
  hold: object<Hold>({ kind: oneOf(["hold"]), seconds: anyNumber }),
  cycle: object<Cycle>({ kind: oneOf(["cycle"]), times: anyNumber, steps: thermalSteps }),
  sweep: object<Sweep>({
    kind: oneOf(["sweep"]),
    fromC: anyNumber,
    toC: anyNumber,
    stepC: anyNumber,
    rateCPerMin,
    each: thermalSteps,
  }),
};

const ofKind = object<{ kind: string }>({ kind: oneOf(Object.keys(shapes)) });

function step(holder: Record<string, unknown>, key: string): string | null {
  const wrong = ofKind(holder, key);
  if (wrong !== null) return wrong;
  const { kind } = holder[key] as { kind: ThermalStep["kind"] };
  return shapes[kind](holder, key);
}
