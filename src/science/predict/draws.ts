import type { RandomStream } from "../../domain/random.ts";
import { randomStream } from "../../domain/random.ts";
import { normalDraw } from "../fit/random-draws.ts";
import type { Input } from "./inputs.ts";

/**
 * One Monte Carlo: draw i of everything belongs together. Each list comes from a stream of its own name, so that it is the same whatever else is drawn
 * (law 3), and so that two orbits of one device have the same posterior rows, and two devices in one orbit the same flux.
 */
export interface Draws {
  readonly count: number;
  /** Standard normals of one uncertain quantity of this input. */
  normals(input: Input, label: string): Float64Array;
  /** Uniform over [0, 1). */
  uniforms(input: Input, label: string): Float64Array;
  /** Which rows of a posterior of `rows` rows; one and the same for all responses, whose rows belong together. */
  rows(rows: number): Uint32Array;
  /** Of shares that injection counted; null: as counted. */
  shares(label: string): RandomStream | null;
}

/** `device` tells apart posteriors that have nothing to do with one another. */
export function drawAll(seed: number, count: number, device = ""): Draws {
  const lists = new Map<string, Float64Array>();
  const once = (key: string, make: () => Float64Array): Float64Array => {
    const list = lists.get(key) ?? make();
    lists.set(key, list);
    return list;
  };
  const listOf = (kind: string, input: Input, label: string, draw: (random: RandomStream) => number) =>
    once(`${kind}|${input}|${label}`, () => {
      const random = randomStream(seed, "predict", kind, input, label);
      return Float64Array.from({ length: count }, () => draw(random));
    });
  const places = new Map<number, Uint32Array>();
  return {
    count,
    normals: (input, label) => listOf("normal", input, label, normalDraw),
    uniforms: (input, label) => listOf("uniform", input, label, (random) => random.nextFloat()),
    rows: (rows) => {
      const known = places.get(rows);
      if (known !== undefined) return known;
      const random = randomStream(seed, "predict", "rows", device);
      const drawn = Uint32Array.from({ length: count }, () => random.nextU32() % rows);
      places.set(rows, drawn);
      return drawn;
    },
    shares: (label) => randomStream(seed, "predict", "shares", device, label),
  };
}

/** The first `count` of these draws in which one input alone varies and the others stand at their middle: no normal, half of a uniform, `row` of every posterior, shares as counted. */
export function drawOnly(draws: Draws, input: Input, row: number, count: number): Draws {
  const few = Math.min(count, draws.count);
  const fixed = (value: number): Float64Array => new Float64Array(few).fill(value);
  return {
    count: few,
    normals: (of, label) => (of === input ? draws.normals(of, label).subarray(0, few) : fixed(0)),
    uniforms: (of, label) => (of === input ? draws.uniforms(of, label).subarray(0, few) : fixed(0.5)),
    rows: (rows) =>
      input === "crossSection" ? draws.rows(rows).subarray(0, few) : new Uint32Array(few).fill(row % rows),
    shares: (label) => (input === "vulnerability" ? draws.shares(label) : null),
  };
}
