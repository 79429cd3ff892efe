import { describe, expect, test } from "vitest";
import { loadOnCpu } from "../../src/board/accelerators/cpu.ts";
import { topScores } from "../../src/board/evidence.ts";
import { prepareDigits } from "../../src/board/workloads/digits.ts";
import { pixels, readDigitsModel } from "../../src/board/workloads/digits-model.ts";
import { mnistDigits } from "../training/mnist-digits.ts";

const { heldOut } = mnistDigits();

describe("the digit classifier", () => {
  test.each(["f32", "i8"] as const)(
    "is right on more than 92 in 100 of 2,000 held-out digits, in %s",
    (format) => {
      const loaded = loadOnCpu(prepareDigits(format, heldOut.images));
      expect(loaded.inputs).toBe(2_000);
      let right = 0;
      for (let input = 0; input < loaded.inputs; input++) {
        const execution = loaded.start(input, []);
        expect(execution.advance(Infinity)).toBe("ok");
        if (topScores(execution.output, loaded.format)[0]!.label === heldOut.labels[input]) right++;
      }
      process.stderr.write(`digits-${format}: ${right} of ${loaded.inputs} held-out digits right\n`);
      expect(right / loaded.inputs).toBeGreaterThan(0.92);
    },
  );

  test("carries 16 of the held-out images, of more than five classes", () => {
    const { images } = readDigitsModel();
    expect(images).toEqual(heldOut.images.slice(0, 16 * pixels));
    const labels = new Set(heldOut.labels.slice(0, 16));
    expect(labels.size).toBeGreaterThan(5);
  });
});
