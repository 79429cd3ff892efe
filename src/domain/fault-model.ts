/**
 * What a strike does to the words that it hits, as data: a mixture of kinds, one of them drawn for each strike. A plan that names one kind has a
 * mixture of one (docs/fault-models.md).
 */
export interface FaultModel {
  /** As tables name it: `single-bit`, the plan's own name of a mixture, or what it is made of. */
  readonly name: string;
  readonly mix: readonly FaultComponent[];
}

export interface FaultComponent {
  /** What the record of a strike says was drawn. */
  readonly name: string;
  /** Its share is this over the sum of all. */
  readonly weight: number;
  readonly fault: Fault;
}

export type Fault =
  /** So many bits side by side in one word are flipped; one is the single-bit upset. */
  | { readonly kind: "adjacent"; readonly bits: number }
  /** As `adjacent`, the number of bits drawn: `weights[i]` is the weight of i + 1 bits. */
  | { readonly kind: "multiplicity"; readonly weights: readonly number[] }
  /** So many bits anywhere in one word. */
  | { readonly kind: "random-bits"; readonly bits: number }
  /** The same bit of every byte of one word. */
  | { readonly kind: "byte-periodic" }
  /** The same bit of `words` words, each `every` behind the one before. */
  | { readonly kind: "word-periodic"; readonly every: number; readonly words: number }
  /** The same bit of the words along one axis of the target: all lanes of a register. Null: all of them. */
  | { readonly kind: "axis-periodic"; readonly axis: string; readonly words: number | null }
  /** One bit reads as 0 or 1 until all state is restored, whatever is written. */
  | { readonly kind: "stuck-at"; readonly value: 0 | 1 }
  /** All bits of one word are replaced. */
  | { readonly kind: "value"; readonly value: "random" | "zero" | "ones" }
  /** One float is replaced: a word of 32 bits, or a half of it. Null: f32. */
  | { readonly kind: "not-finite"; readonly value: "nan" | "inf"; readonly format: FloatFormat | null }
  /** What faults in an arithmetic unit were measured to do to its results. */
  | {
      readonly kind: "arithmetic";
      readonly operation: ArithmeticOperation;
      /** Also where the target is no output of an arithmetic unit. */
      readonly anyTarget: boolean;
    };

export const floatFormats = ["f32", "bf16", "fp16"] as const;
export type FloatFormat = (typeof floatFormats)[number];

export const arithmeticOperations = ["fadd", "fmul", "ffma", "fsin", "fexp", "iadd", "imul", "imad"] as const;
export type ArithmeticOperation = (typeof arithmeticOperations)[number];

/** What was measured of one of these, in corrupted results counted. */
export interface Measured {
  /** The result was 0. */
  readonly zero: number;
  /** `flips[i]`: i + 1 wrong bits; those that were 0 are not among them. */
  readonly flips: readonly number[];
  /** Of two wrong bits or more: all side by side. */
  readonly adjacent: number;
  /** `single[b]`: bit b alone wrong; `several[b]`: bit b and others. */
  readonly single: readonly number[];
  readonly several: readonly number[];
}

/** What targets are called that hold what an arithmetic unit has just worked out. */
export const arithmeticTargets = "alu-output";

/** Kinds without settings, by the names that a plan calls them; `adjacent-4` and `random-3` for any count from 2 to 32. */
const plain: ReadonlyMap<string, Fault> = new Map<string, Fault>([
  ["single-bit", { kind: "adjacent", bits: 1 }],
  ["byte-periodic", { kind: "byte-periodic" }],
  ["stuck-at-0", { kind: "stuck-at", value: 0 }],
  ["stuck-at-1", { kind: "stuck-at", value: 1 }],
  ["random-value", { kind: "value", value: "random" }],
  ["zero", { kind: "value", value: "zero" }],
  ["ones", { kind: "value", value: "ones" }],
  ["nan", { kind: "not-finite", value: "nan", format: null }],
  ["inf", { kind: "not-finite", value: "inf", format: null }],
]);
const counted = /^(adjacent|random)-([1-9][0-9]?)$/;

/** The kind that a name alone stands for; null: there is none of that name. */
export function faultNamed(name: string): Fault | null {
  const known = plain.get(name);
  if (known !== undefined) return known;
  const [, which, digits] = counted.exec(name) ?? [];
  const bits = Number(digits);
  if (which === undefined || bits < 2 || bits > 32) return null;
  return { kind: which === "adjacent" ? "adjacent" : "random-bits", bits };
}

/** For people who misspelled one. */
export const faultNames = [...plain.keys(), "adjacent-2 … adjacent-32", "random-2 … random-32"].join(", ");

/** A model of one kind by its name. RangeError where there is none. */
export function faultModelNamed(name: string): FaultModel {
  const fault = faultNamed(name);
  if (fault === null) throw new RangeError(`no fault model '${name}': there are ${faultNames}`);
  return { name, mix: [{ name, weight: 1, fault }] };
}

/** A mixture that nobody named is named after what it is made of. */
export function nameOfMix(mix: readonly Pick<FaultComponent, "name" | "weight">[]): string {
  const sum = mix.reduce((total, { weight }) => total + weight, 0);
  return mix
    .map(({ name, weight }) => `${Number(((100 * weight) / sum).toPrecision(3))}% ${name}`)
    .join(" + ");
}

/** Bits of one word, flipped: what an injector from outside can do. */
export function flipsOneWord({ kind, ...fault }: Fault): boolean {
  switch (kind) {
    case "adjacent":
    case "multiplicity":
    case "random-bits":
    case "byte-periodic":
      return true;
    case "word-periodic":
      return "words" in fault && fault.words === 1;
    case "axis-periodic":
    case "stuck-at":
    case "value":
    case "not-finite":
    case "arithmetic":
      return false;
  }
}
