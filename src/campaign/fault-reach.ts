import { flipsOneWord } from "../domain/fault-model.ts";
import type { Fault, FaultModel } from "../domain/fault-model.ts";
import type { StrikeManner } from "../domain/strike.ts";

/** What strikes a target from outside: a bench box on a board's state, or a controller in configuration memory of its own. */
export interface FromOutside {
  readonly name: string;
  readonly own: boolean;
}

/**
 * Why an injector cannot strike with this model, in a line for people; null: it can. A bench box flips bits of one word (`inject`); a SEM controller
 * flips bits side by side.
 */
export function beyondInjector(model: FaultModel, target: string, injector: FromOutside): string | null {
  for (const { name, fault } of model.mix) {
    if (injector.own && fault.kind !== "adjacent" && fault.kind !== "multiplicity")
      return `injector '${injector.name}' flips bits side by side in '${target}', and fault model '${name}' is more: give single-bit, adjacent-n or multiplicity`;
    if (!flipsOneWord(fault))
      return `injector '${injector.name}' flips bits of one word, and fault model '${name}' is more: take '${target}' from its targets in the rig file, so that the board strikes itself, or give a model that flips one word`;
  }
  return null;
}

/** What a board that refuses a strike by `fault` cannot do; null: it refused for another reason. */
export function beyondBoard(reason: string, component: string, target: string): string | null {
  if (reason === "unknown-command")
    return `its firmware knows no 'fault', which fault model '${component}' needs: update it, or give a model that flips bits of one word`;
  if (reason === "not-able")
    return `it cannot do what fault model '${component}' asks to the bits of '${target}' (a CPU board holds no bits): give another model or target`;
  return null;
}

/** Why a board whose bits can be struck in these manners alone cannot make this model; null: it can. */
export function beyondManners(
  model: FaultModel,
  target: string,
  manners: readonly StrikeManner[],
): string | null {
  const misfit = model.mix.find(({ fault }) => !manners.includes(mannerOf(fault)));
  return misfit === undefined ? null : beyondBoard("not-able", misfit.name, target);
}

/** As `drawStrike` has it. */
function mannerOf({ kind }: Fault): StrikeManner {
  switch (kind) {
    case "stuck-at":
      return "hold";
    case "value":
    case "not-finite":
      return "put";
    case "adjacent":
    case "multiplicity":
    case "random-bits":
    case "byte-periodic":
    case "word-periodic":
    case "axis-periodic":
    case "arithmetic":
      return "flip";
  }
}
