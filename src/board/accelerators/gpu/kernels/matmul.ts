import type { GpuTiling } from "../tiling.ts";
import type { Placed } from "./kernel.ts";
import type { MatmulLaunch } from "./matmul-launch.ts";
import { tensorMatmul } from "./matmul-tensor.ts";
import { threadMatmul } from "./matmul-thread.ts";

/** f32 on the ALUs, narrower formats on the tensor core. */
export function matmulLaunch(
  a: Placed,
  b: Placed,
  into: Placed,
  transposeB: boolean,
  tiling: GpuTiling,
): MatmulLaunch {
  return (a.element === "f32" ? threadMatmul : tensorMatmul)(a, b, into, transposeB, tiling);
}
