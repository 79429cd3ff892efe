import { piece } from "./line.ts";
import type { Line } from "./line.ts";

/** A sentence on as many lines as it takes, the first under a dash, the others under its words. */
export function wrapped(text: string, width: number): Line[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width - 4) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((each, i) => [piece(`${i === 0 ? "  - " : "    "}${each}`, "dim")]);
}
