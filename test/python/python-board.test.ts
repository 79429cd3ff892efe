import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { havePython } from "./have-python.ts";

const folder = resolve(import.meta.dirname, "../../firmware-protocol/python");
const python = (...rest: string[]) => promisify(execFile)("python3", rest, { cwd: folder, timeout: 55_000 });

if (!havePython()) {
  test("NOT RUN: the Python board needs Python 3.10 or later as python3; apt-get install python3", () => {
    expect(process.env["CI"], "in CI a missing part is a failure").toBeUndefined();
  });
} else {
  describe("the Python board", () => {
    test("passes its own tests", async () => {
      const { stderr } = await python("-m", "unittest", "discover", "-t", ".", "-s", "tests");
      expect(stderr).toMatch(/^OK$/m);
      const ran = Number(/^Ran (\d+) tests/m.exec(stderr)?.[1]);
      expect(ran).toBeGreaterThanOrEqual(40);
      expect(stderr).not.toContain("skipped");
    });

    test("writes the very vectors that are kept", async () => {
      const { stdout } = await python("make_vectors.py", "--check");
      expect(stdout).toBe("");
    });

    test("imports nothing but the standard library and itself", async () => {
      const list = [
        "import ast, pathlib, sys",
        "for path in sorted([*pathlib.Path('radrig_board').glob('*.py'), pathlib.Path('example_accelerator.py'), pathlib.Path('make_vectors.py')]):",
        "    for node in ast.walk(ast.parse(path.read_text('utf-8'))):",
        "        names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []",
        "        for name in names:",
        "            top = name.split('.')[0]",
        "            print('ok' if top in sys.stdlib_module_names or top == 'radrig_board' else f'{path}: {name}')",
      ].join("\n");
      const { stdout } = await python("-c", list);
      expect(new Set(stdout.trim().split("\n"))).toEqual(new Set(["ok"]));
    });
  });
}
