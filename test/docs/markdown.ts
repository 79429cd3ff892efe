/** A fenced block of a Markdown page: `sh run` is run by the tests, `sh` needs a bench and is only read. */
export interface Block {
  readonly info: string;
  readonly lines: readonly string[];
}

export function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map(([, info, body]) => ({
    info: info!.trim(),
    lines: body!.split("\n").filter((line) => line !== ""),
  }));
}

/** Links to places in this tree, as they are written: `docs/vocabulary.md`, `#a-heading`. */
export function linksOf(text: string): readonly string[] {
  const prose = text.replace(/^```.*?^```$/gms, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Paths of this tree named in running text between back-ticks. */
export function pathsOf(text: string): readonly string[] {
  const prose = text.replace(/^```.*?^```$/gms, "");
  return [...prose.matchAll(/`((?:src|docs|rigs|test|firmware-protocol|\.ci|\.github)\/[^`\s]*)`/g)].map(
    ([, path]) => path!,
  );
}

/** Anchors that GitHub makes of the headings. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replace(/ /g, "-"),
    ),
  );
}
