import { benchOrbit, benchSeed } from "./closed-loop-bench-seeds.ts";
import type { BenchSeed } from "./closed-loop-bench-seeds.ts";

/** `node closed-loop-bench-worker.js FROM TO`: these seeds, as JSON. */
const [from, to] = process.argv.slice(2).map(Number) as [number, number];
const surroundings = benchOrbit();
const seeds: BenchSeed[] = [];
for (let seed = from; seed <= to; seed++) seeds.push(await benchSeed(surroundings, seed));
process.stdout.write(JSON.stringify(seeds));
