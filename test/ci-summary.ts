import { readFileSync } from "node:fs";
import { relative } from "node:path";

/** The end of `.ci/run`: ten slowest tests, time taken, and as the last line how many passed and failed. Its exit code is that of the whole run. */
interface TestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly duration?: number;
    }[];
  }[];
}

export interface CiVerdict {
  readonly lines: readonly string[];
  readonly ok: boolean;
}

export function summarize(report: TestReport, status: number, seconds: number, limit: number): CiVerdict {
  const tests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map((test) => ({
      ...test,
      ms: test.duration ?? 0,
      file: relative(process.cwd(), name),
    })),
  );
  const slowest = tests.toSorted((a, b) => b.ms - a.ms).slice(0, 10);
  const passed = tests.filter((test) => test.status === "passed").length;
  // A test that was left out is one that does not hold; a file that could not be loaded has no test at all.
  const unloaded = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  ).length;
  const failed = tests.length - passed + unloaded;
  const tooLong = seconds > limit;
  return {
    lines: [
      "Ten slowest tests:",
      ...slowest.map(
        ({ ms, file, fullName }) => `${(ms / 1000).toFixed(2).padStart(8)} s  ${file} › ${fullName}`,
      ),
      `${tests.length} tests in ${report.testResults.length} files; ${seconds} s in all, ${limit} s are allowed`,
      ...(tooLong ? ["too slow: find the cause in the list above"] : []),
      `${passed} passed, ${failed} failed`,
    ],
    ok: status === 0 && failed === 0 && passed > 0 && !tooLong,
  };
}

if (process.argv[1] === import.meta.filename) {
  const [path, status, seconds, limit] = process.argv.slice(2);
  const report = JSON.parse(readFileSync(path!, "utf8")) as TestReport;
  const { lines, ok } = summarize(report, Number(status), Number(seconds), Number(limit));
  for (const line of lines) console.log(line);
  process.exitCode = ok ? 0 : 1;
}
