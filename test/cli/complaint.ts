import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkEmulatedBoards } from "../../src/cli/board-checks.ts";
import { checkCampaign, checkRig } from "../../src/cli/cross-checks.ts";
import { readCampaign, readRig } from "../../src/cli/files.ts";
import { RigError } from "../../src/domain/errors.ts";

export const injection =
  "{ kind: injection, dut: dut, workload: gemm-i8, target: hbm, stop: { strikes: 1 } }";

/** More lines of the rig file: of the emulation, of the board's station, of the devices. */
interface Around {
  readonly beam?: string;
  readonly station?: string;
  readonly devices?: string;
}

/** What `radrig check` says of a board and a block, in one folder that is gone afterwards. Anything but a complaint about the files is thrown on. */
export async function complaint(
  board: string,
  block = injection,
  { beam = "", station = "", devices = "" }: Around = {},
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "radrig-"));
  try {
    const [rig, campaign] = [join(folder, "rig.yaml"), join(folder, "campaign.yaml")];
    writeFileSync(
      rig,
      `rig: r
stations:
  dut: { serial: D-1, link: { memory: dut }, thermal: box, beam: box${station === "" ? ", supply: box" : station} }
devices:
  box: { protocol: radrig, serial: B-1, link: { memory: box } }${devices}
emulation:
  ${beam}
  boards:
    dut: { ${board} }
`,
    );
    writeFileSync(campaign, `campaign: c\nrig: rig.yaml\nblocks:\n  - ${block}\n`);
    const read = readRig(rig);
    checkRig(read);
    const readBlock = readCampaign(campaign);
    checkCampaign(readBlock, read);
    await checkEmulatedBoards(read, readBlock);
    return "in order";
  } catch (error) {
    if (!(error instanceof RigError) || error.code !== "config") throw error;
    return error.message.replaceAll(/[^\s']*radrig-\w+\//g, "");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
