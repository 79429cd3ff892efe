import type { DutEvent } from "../domain/capabilities.ts";
import type { Evidence } from "../domain/evidence.ts";
import type { BoardEvent, Head, MessageOf } from "../../firmware-protocol/messages.ts";
import { soundParts } from "./sound-parts.ts";
import type { SoundParts } from "./sound-parts.ts";

/**
 * Parts and results to evidence.
 *
 *   struck elements elements scores result(parts=4) ─→ one Evidence
 *
 * Takes one boot's events in their order, none missing unless `forgetParts` says so. A result joins with the `parts` event numbers
 * before it and with nothing else. Parts that are gone for good are never made up: the evidence then says `truncated`,
 * what only they told is left out, and a `lost_lines` stands before it. Parts that cannot be so are left out as well, and a `contradiction` says why.
 */
type Part = Head & Extract<BoardEvent, { readonly name: "struck" | "elements" | "scores" }>;

/** More parts than any sound result has; a board that babbles parts shall not fill memory. */
const mostParts = 16_384;

export class EvidenceAssembly {
  #parts: Part[] = [];
  #output: { readonly elements: number; readonly afterEvent: number } | null = null;

  /** What the board said of the output of events later than `afterEvent`; earlier ones are of whatever was loaded before. */
  loaded(elements: number, afterEvent: number): void {
    this.#output = { elements, afterEvent };
  }

  /** Nothing is loaded after a boot. */
  booted(): void {
    this.forgetParts();
    this.#output = null;
  }

  /** Events are missing here: what was held belongs to nothing that follows. */
  forgetParts(): void {
    this.#parts = [];
  }

  /** What an event means to the campaign; nothing for a part. `boot` is for the session to judge. */
  take(message: Head & Exclude<BoardEvent, { readonly name: "boot" }>): readonly DutEvent[] {
    switch (message.name) {
      case "struck":
      case "elements":
      case "scores":
        if (this.#parts.length < mostParts) this.#parts.push(message);
        return [];
      case "result": {
        const parts = this.#parts;
        this.#parts = [];
        const output = this.#output;
        const outputs = output !== null && message.event > output.afterEvent ? output.elements : null;
        return resultEvents(message, parts, outputs);
      }
      case "done":
      case "ecc":
      case "overflow":
      case "log":
        this.#parts = [];
        return [plainEvent(message)];
    }
  }
}

function resultEvents(
  message: MessageOf<"result">,
  held: readonly Part[],
  outputs: number | null,
): readonly DutEvent[] {
  const parts = held.slice(held.length - Math.min(held.length, message.parts));
  const mine = parts.filter((part) => part.iteration === message.iteration);
  const whole = mine.length === message.parts;
  const scores = mine.find((part) => part.name === "scores");
  const told = {
    elements: mine.flatMap((part) => (part.name === "elements" ? part.elements : [])),
    scores: scores === undefined ? null : { want: scores.want, got: scores.got },
  };
  const sound = soundParts(message, told, outputs, whole);
  const strikes = mine.filter((part) => part.name === "struck");
  const result: DutEvent = {
    kind: "result",
    bootId: message.boot,
    event: message.event,
    strikeId: message.id,
    evidence: evidenceOf(message, strikes, sound, whole),
  };
  const which = `result ${message.event} of iteration ${message.iteration}`;
  const lost = `${which}: ${message.parts - mine.length} of its ${message.parts} parts are lost`;
  const contradiction = `${which}: ${sound.contradictions.join("; ")}`;
  return [
    ...(whole ? [] : [{ kind: "link", what: "lost_lines", detail: lost } as const]),
    ...(sound.contradictions.length === 0
      ? []
      : [{ kind: "link", what: "contradiction", detail: contradiction } as const]),
    result,
  ];
}

function evidenceOf(
  message: MessageOf<"result">,
  strikes: readonly Extract<Part, { readonly name: "struck" }>[],
  { elements, scores }: SoundParts,
  whole: boolean,
): Evidence {
  const mine = strikes.filter((part) => part.id === message.id);
  const struck = (mine.length > 0 ? mine : strikes).map(({ before, after }) => ({ before, after }));
  return {
    iteration: message.iteration,
    end: message.end,
    digest: message.digest,
    wrong: message.wrong,
    nan: message.nan,
    truncated: !whole || elements.length < message.wrong,
    elements,
    scores,
    detectors: message.detectors,
    corrected: message.corrected,
    cycles: message.cycles,
    struck,
    stateDigest: message.stateDigest,
    dieC: message.temperatureMilliC / 1000,
  };
}

type Plain = Head & Extract<BoardEvent, { readonly name: "done" | "ecc" | "overflow" | "log" }>;

function plainEvent(message: Plain): DutEvent {
  const { boot: bootId, event } = message;
  switch (message.name) {
    case "done": {
      const { why, iterations, clean, cycles } = message;
      return { kind: "done", bootId, event, why, iterations, clean, cycles };
    }
    case "ecc": {
      const { structure, corrected, uncorrected } = message;
      return { kind: "ecc", bootId, event, structure, corrected, uncorrected };
    }
    case "overflow":
      return { kind: "overflow", bootId, event, dropped: message.dropped };
    case "log":
      return { kind: "log", bootId, event, level: message.level, text: message.text };
  }
}
