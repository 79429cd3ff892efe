import { loopOrbit } from "./closed-loop-orbit.ts";
import { loopPlan } from "./closed-loop-plan.ts";
import { loopSeeds } from "./closed-loop-seeds.ts";

/** `node closed-loop-worker.js EXPOSURE FROM TO`: these seeds, as JSON. */
const [exposure, from, to] = process.argv.slice(2).map(Number) as [number, number, number];
process.stdout.write(JSON.stringify(loopSeeds(loopPlan(exposure), loopOrbit(), from, to)));
