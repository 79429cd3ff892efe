import type { DeviceSpec } from "../device-schema.ts";
import { gpuHbmLike } from "./gpu-hbm-like.ts";
import { tpuV6eLike } from "./tpu-v6e-like.ts";

/** Presets by the name that a rig file gives: `device: tpu-v6e-like`. A new one is a file and a line here. */
export const presets = {
  "tpu-v6e-like": tpuV6eLike,
  "gpu-hbm-like": gpuHbmLike,
} as const satisfies Readonly<Record<string, DeviceSpec>>;

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];
