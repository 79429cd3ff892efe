import { relative } from "node:path";

/** A path as short as it can be typed again here. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short !== "" && short.length < path.length ? short : path;
}
