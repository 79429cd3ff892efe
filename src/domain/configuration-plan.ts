/** Which FPGA a configuration memory belongs to: 7-series, UltraScale, UltraScale+. */
export const fpgaFamilies = ["x7", "us", "usp"] as const;
export type FpgaFamily = (typeof fpgaFamilies)[number];

/** Words of a frame: 7-series 101 (UG470), UltraScale 123 and UltraScale+ 93 (PG187). */
export const wordsOfFrame: Readonly<Record<FpgaFamily, number>> = { x7: 101, us: 123, usp: 93 };

/** First and last, both meant. */
export type Range = readonly [first: number, last: number];

/** Which bits of a configuration memory a block strikes, each alike. Empty lists: all. */
export interface ConfigurationPlan {
  readonly family: FpgaFamily;
  readonly frames: readonly Range[];
  readonly words: readonly Range[];
  readonly bits: readonly number[];
  /** Left out of the above. */
  readonly exclude: Pick<ConfigurationPlan, "frames" | "words" | "bits">;
  /** Only bits that this file calls essential; its list is too long for a plan, its checksum is not. */
  readonly essentialBits: EssentialBitsFile | null;
}

export interface EssentialBitsFile {
  /** As the campaign file names it. */
  readonly file: string;
  readonly sha256: string;
  /** Words before the first dummy frame. */
  readonly padWords: number;
}
