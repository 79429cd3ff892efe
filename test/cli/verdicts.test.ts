import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { createMailbox } from "../../src/campaign/mailbox.ts";
import { onInterrupt } from "../../src/cli/interrupts.ts";
import { createVerdicts } from "../../src/cli/verdicts.ts";
import type { Command } from "../../src/domain/command.ts";
import type { Rec } from "../../src/domain/records.ts";

const record = (command: Command, obeyed: boolean, detail = ""): Rec => ({
  type: "command",
  tNs: 1,
  command,
  obeyed,
  detail,
});
const pause: Command = { verb: "pause", by: "alice" };

describe("who gave a command", () => {
  test("hears what became of it once its record is durable, and not of another's", async () => {
    const mailbox = createMailbox();
    const verdicts = createVerdicts(mailbox);
    const answers: string[] = [];
    const mine = verdicts.ask(pause).then(({ obeyed }) => answers.push(`alice ${obeyed}`));
    const other = verdicts
      .ask({ verb: "pause", by: "bob" })
      .then(({ detail }) => answers.push(`bob ${detail}`));
    expect(await mailbox.take()).toEqual(pause);
    verdicts.heard([record({ verb: "pause", by: "bob" }, false, "it is paused")]);
    await other;
    expect(answers).toEqual(["bob it is paused"]);
    verdicts.heard([record(pause, true)]);
    await mine;
    expect(answers).toEqual(["bob it is paused", "alice true"]);
  });

  test("is told when the campaign ends first", async () => {
    const verdicts = createVerdicts(createMailbox());
    const asked = verdicts.ask(pause);
    verdicts.close();
    await expect(asked).rejects.toThrow("the campaign has ended");
    await expect(verdicts.ask(pause)).rejects.toThrow("the campaign has ended");
  });
});

describe("Ctrl-C", () => {
  test("once is a wish, again an order; then Node has its signals back", () => {
    const signals = new EventEmitter();
    const heard: string[] = [];
    const interrupts = onInterrupt(
      signals,
      (signal) => heard.push(`stop ${signal}`),
      (signal) => heard.push(`now ${signal}`),
    );
    signals.emit("SIGHUP");
    signals.emit("SIGINT");
    signals.emit("SIGTERM");
    signals.emit("SIGINT");
    expect(heard).toEqual(["stop SIGINT", "now SIGTERM", "now SIGINT"]);
    expect(interrupts.count()).toBe(3);
    interrupts.close();
    expect(signals.eventNames()).toEqual([]);
  });
});
