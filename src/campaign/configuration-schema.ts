import { z } from "zod";
import { fpgaFamilies, wordsOfFrame } from "../domain/configuration-plan.ts";
import type { ConfigurationPlan } from "../domain/configuration-plan.ts";
import { knownPadWords } from "./essential-bits.ts";

/** Which bits of a configuration memory a block strikes, as people write it. */
const highestFrame = 2 ** 18 - 1;

const rangesUpTo = (highest: number, what: string) =>
  z
    .array(
      z
        .tuple([z.number().int().min(0).max(highest), z.number().int().min(0).max(highest)])
        .refine(([first, last]) => first <= last, {
          message: `${what}: [first, last], the first not above the last`,
        }),
    )
    .default([]);

const places = {
  frames: rangesUpTo(highestFrame, "frames").describe("linear frame addresses (LFA), [[first, last], ...]"),
  words: rangesUpTo(122, "words").describe("words of a frame, [[first, last], ...]"),
  bits: z.array(z.number().int().min(0).max(31)).default([]).describe("bits of a word"),
};

export const configurationSchema = z
  .strictObject({
    family: z.enum(fpgaFamilies).describe("x7, us or usp: 101, 123 or 93 words a frame"),
    ...places,
    exclude: z.strictObject(places).prefault({}).describe("left out of the above"),
    essentialBits: z
      .string()
      .optional()
      .describe("an .ebd file, relative to this one: only the bits it calls essential are struck"),
    padWords: z
      .number()
      .int()
      .min(0)
      .max(1_000)
      .optional()
      .describe("words before the dummy frame of the .ebd file: x7 0, us 10; usp has no default"),
  })
  .superRefine(({ family, words, exclude, essentialBits, padWords }, context) => {
    const last = wordsOfFrame[family] - 1;
    for (const [path, ranges] of [
      [["words"], words],
      [["exclude", "words"], exclude.words],
    ] as const)
      ranges.forEach(([, highest], index) => {
        if (highest > last)
          context.addIssue({
            code: "custom",
            path: [...path, index],
            message: `a frame of family '${family}' has words 0 to ${last}, found ${highest}`,
          });
      });
    if (essentialBits !== undefined && padWords === undefined && knownPadWords[family] === null)
      context.addIssue({
        code: "custom",
        path: ["essentialBits"],
        message: `where an essential-bits file of family '${family}' begins is not known here: give padWords too (data lines before its dummy frame)`,
      });
  });
export type ConfigurationFile = z.infer<typeof configurationSchema>;

export function padWordsOf({ family, padWords }: Pick<ConfigurationFile, "family" | "padWords">): number {
  return padWords ?? knownPadWords[family] ?? 0;
}

export function configurationPlan(
  file: ConfigurationFile,
  checksums: ReadonlyMap<string, string>,
): ConfigurationPlan {
  const { family, frames, words, bits, exclude, essentialBits } = file;
  const kept = { frames, words, bits };
  if (essentialBits === undefined) return { family, ...kept, exclude, essentialBits: null };
  const sha256 = checksums.get(essentialBits);
  if (sha256 === undefined) throw new RangeError(`essential-bits file '${essentialBits}' was not read`);
  return {
    family,
    ...kept,
    exclude,
    essentialBits: { file: essentialBits, sha256, padWords: padWordsOf(file) },
  };
}
