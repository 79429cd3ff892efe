import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const script = join(import.meta.dirname, "..", ".ci", "provision");

/** A folder that is all the script finds on its PATH. */
let bin: string;
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "radrig-bin-"));
});
afterEach(() => rmSync(bin, { recursive: true, force: true }));

function provision(
  part: string,
  environment: Record<string, string> = {},
): { readonly status: number | null; readonly said: string } {
  const { status, stderr } = spawnSync("/bin/bash", [script, part], {
    encoding: "utf8",
    env: { PATH: bin, ...environment },
  });
  return { status, said: stderr };
}

function program(name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/bash\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
}

describe("what .ci/provision does on a machine", () => {
  test("that has the part: nothing, and says where it is", () => {
    program("influxd", "");
    expect(provision("influxd")).toEqual({
      status: 0,
      said: `provision: influxd is there: ${join(bin, "influxd")}\n`,
    });
  });

  test("that is not Debian: says so; in CI that is a failure", () => {
    expect(provision("influxd")).toMatchObject({
      status: 0,
      said: expect.stringContaining("no apt-get") as string,
    });
    expect(provision("influxd", { CI: "true" }).status).toBe(3);
  });

  test("where it is not root: gives the line that mends it", () => {
    program("apt-get", "exit 1");
    program("id", "echo 1000");
    const { status, said } = provision("influxd", { CI: "true" });
    expect(status).toBe(3);
    expect(said).toContain("sudo apt-get install -y --no-install-recommends influxdb");
  });

  test("where apt's lists are old: brings them up to date, installs, and waits for apt's lock", () => {
    program("id", "echo 0");
    symlinkSync("/bin/cat", join(bin, "cat"));
    symlinkSync("/bin/chmod", join(bin, "chmod"));
    // Like apt-get: an install finds nothing before an update has been made.
    program(
      "apt-get",
      `echo "$*" >>"${bin}/log"
case "$*" in
  *update*) : >"${bin}/lists" ;;
  *install*) [ -e "${bin}/lists" ] || exit 100; echo '#!/bin/bash' >"${bin}/influxd"; chmod +x "${bin}/influxd" ;;
esac`,
    );
    const { status, said } = provision("influxd", { CI: "true" });
    expect([status, said]).toEqual([
      0,
      expect.stringContaining(`installed influxd: ${join(bin, "influxd")}`),
    ]);
    const install = "-o DPkg::Lock::Timeout=900 install -y --no-install-recommends influxdb";
    expect(readFileSync(join(bin, "log"), "utf8").trimEnd().split("\n")).toEqual([
      install,
      "-o DPkg::Lock::Timeout=900 update",
      install,
    ]);
  });

  test("where apt cannot install it: fails in CI and is a remark elsewhere", () => {
    program("id", "echo 0");
    program("apt-get", "exit 100");
    expect(provision("influxd", { CI: "true" })).toMatchObject({
      status: 3,
      said: expect.stringContaining("mend") as string,
    });
    expect(provision("influxd").status).toBe(0);
  });

  test("asked for something it does not know: says what it knows", () => {
    expect(provision("grafana")).toEqual({
      status: 2,
      said: "provision: unknown part 'grafana': influxd is the only one\n",
    });
  });
});
