import { tune, writeScales } from "./tune-tpu.ts";

const { scales, shares } = tune(1_500, 1);
writeScales(scales);
console.table(shares);
console.log(scales);
