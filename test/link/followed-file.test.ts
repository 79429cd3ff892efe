import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Port } from "../../src/domain/link.ts";
import { followedFile } from "../../src/link/followed-file.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-followed-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(text: string): string {
  const path = join(folder, `log-${++files}.txt`);
  writeFileSync(path, text);
  return path;
}

/** What comes, until it holds this text. */
function listener(port: Port): { readonly until: (text: string) => Promise<string> } {
  const chunks = port.chunks[Symbol.asyncIterator]();
  let heard = "";
  return {
    until: async (text) => {
      while (!heard.includes(text)) {
        const next = await chunks.next();
        if (next.done === true) break;
        heard += Buffer.from(next.value).toString("latin1");
      }
      const brought = heard;
      heard = "";
      return brought;
    },
  };
}

const follow = (path: string): Promise<Port> => followedFile(path, 5)();

describe("a file that grows", () => {
  test("begins with the last whole line, and brings what is added, torn lines as they come", async () => {
    const path = file("old 1\nold 2\nold 3\nhal");
    const port = await follow(path);
    const { until } = listener(port);
    expect(await until("hal")).toBe("old 3\nhal");
    appendFileSync(path, "f\nnext\r\n");
    expect(await until("next\r\n")).toBe("f\nnext\r\n");
    await port.close();
    expect(port.ended?.()).toBe("closed here");
  });

  test("an empty one is waited on", async () => {
    const path = file("");
    const port = await follow(path);
    const { until } = listener(port);
    appendFileSync(path, "first\n");
    expect(await until("first\n")).toBe("first\n");
    await port.close();
  });

  test("one that shrank was begun anew, and is read from its start", async () => {
    const path = file("a line that is long\nanother that is long\n");
    const port = await follow(path);
    const { until } = listener(port);
    await until("another that is long\n");
    truncateSync(path, 0);
    appendFileSync(path, "anew\n");
    expect(await until("anew\n")).toBe("anew\n");
    await port.close();
  });

  test("one that was turned over is read to its end, then the new one from its start", async () => {
    const path = file("day one\n");
    const port = await follow(path);
    const { until } = listener(port);
    await until("day one\n");
    appendFileSync(path, "last of day one, torn");
    renameSync(path, `${path}.1`);
    writeFileSync(path, "header\nday two\n");
    expect(await until("day two\n")).toBe("last of day one, torn\nheader\nday two\n");
    await port.close();
  });

  test("one that is not there is missing, and says which", async () => {
    await expect(followedFile(join(folder, "none.txt"))()).rejects.toMatchObject({
      code: "port_missing",
      message: expect.stringContaining("none.txt") as unknown,
    });
  });

  test("a directory is no log", async () => {
    await expect(followedFile(folder)()).rejects.toMatchObject({ code: "port_missing" });
  });

  test("it is gone for good: the port ends, and says so", async () => {
    const path = file("x\n");
    const port = await followedFile(path, 5, 20)();
    const { until } = listener(port);
    await until("x\n");
    rmSync(path);
    expect(await until("never")).toBe("");
    expect(port.ended?.()).toBe("the file is gone");
  });

  test("megabytes at once, without a line end, fill no memory while nobody reads", async () => {
    const path = file("x\n");
    const port = await follow(path);
    appendFileSync(path, Buffer.alloc(8_000_000, 0x41));
    appendFileSync(path, "\nend\n");
    const { until } = listener(port);
    const heard = await until("end\n");
    expect(heard).toHaveLength("x\n".length + 8_000_000 + "\nend\n".length);
    await port.close();
  });
});
