import { alongAxis, floatBits } from "./draw-fault.ts";
import { arithmeticTargets } from "./fault-model.ts";
import type { Fault, FaultModel } from "./fault-model.ts";
import type { OutputFormat } from "./evidence.ts";
import type { TargetSpace } from "./strike.ts";

/** Words that one strike hits at most (PROTOCOL.md, `fault`). */
export const mostStruckWords = 64;

/** Why strikes of this model cannot be placed on that target, in a line for people; null: they can. */
export function unfitFault(model: FaultModel, space: TargetSpace, format: OutputFormat): string | null {
  for (const { name, fault } of model.mix) {
    const problem = unfit(fault, space, format);
    if (problem !== null) return `fault model '${name}' does not fit target '${space.name}': ${problem}`;
  }
  return null;
}

function unfit(fault: Fault, space: TargetSpace, format: OutputFormat): string | null {
  const { name, words, bits, axes } = space;
  switch (fault.kind) {
    case "adjacent":
    case "random-bits":
      return tooWide(fault.bits, bits);
    case "multiplicity":
      return tooWide(fault.weights.findLastIndex((weight) => weight > 0) + 1, bits);
    case "stuck-at":
    case "value":
      return null;
    case "byte-periodic":
      return bits > 8 ? null : `its words are of ${bits} bits, one byte: give single-bit`;
    case "word-periodic": {
      const spanned = (fault.words - 1) * fault.every + 1;
      return spanned <= words
        ? null
        : `${fault.words} words, one in ${fault.every}, span ${spanned}, and it has ${words}: give fewer words`;
    }
    case "axis-periodic": {
      const axis = alongAxis(axes, fault.axis);
      if (axis === null)
        return `it has no axis '${fault.axis}', only ${axes.map((one) => `${one.name} (${one.size})`).join(", ")}`;
      const struck = fault.words ?? axis.size;
      if (struck > axis.size)
        return `axis '${fault.axis}' has ${axis.size} places, not ${struck}: give fewer words`;
      return struck <= mostStruckWords
        ? null
        : `axis '${fault.axis}' has ${axis.size} places, and a strike hits ${mostStruckWords} words at most: give words`;
    }
    case "not-finite":
      if (fault.format === null && (bits !== 32 || format !== "f32"))
        return `its words are not known to be float32 (${bits} bits, ${format} outputs): give format f32, bf16 or fp16`;
      return floatBits(fault.format ?? "f32") <= bits
        ? null
        : `its words are of ${bits} bits, a ${fault.format ?? "f32"} has ${floatBits(fault.format ?? "f32")}`;
    case "arithmetic":
      if (bits !== 32) return `results of arithmetic units have 32 bits, its words ${bits}`;
      return fault.anyTarget || name.startsWith(arithmeticTargets)
        ? null
        : `it was measured on results of arithmetic units (targets '${arithmeticTargets}…'): strike one of those, or give anyTarget: true`;
  }
}

/** Fewer bits would be another model: it is not narrowed. */
function tooWide(asked: number, bits: number): string | null {
  if (asked <= bits) return null;
  return `it flips ${asked} bits of one word, and its words are of ${bits}: give ${bits === 1 ? "single-bit" : `${bits} bits at most`}`;
}
