/**
 * Every message there is, as data: kind, name, fields in the order of the wire. The codec, the tables of PROTOCOL.md
 * and the mutation tests are all made from, or held against, this one list.
 *
 *   c  command   host → board     a  answer   board → host, names the command it answers (`re`)
 *   e  event     board → host, numbered, kept on the board until the host acknowledges it
 *   t  telemetry board → host, may be lost
 */
import {
  axes,
  element,
  field,
  flag,
  hex16,
  hex8,
  i32,
  lettersOf,
  listOf,
  named,
  oneOf,
  score,
  text,
  token,
  token20,
  u16,
  u24,
  u32,
  u40,
  u53,
} from "./fields.ts";
import type { Field } from "./fields.ts";

export const protocolVersion = 1;
export const maxLineBytes = 255;
/** Workloads in one answer; more are asked for with `workloads-from`. */
export const workloadsInALine = 5;
/** Words that one `fault` strikes at most. */
export const mostFaultWords = 64;
/** `of` in `shape` for the output; no target has this name. */
export const outputName = "output";

/** What a device can do; PROTOCOL.md, "Refusals", says which commands that gives. */
export const capabilities = lettersOf("capabilities", {
  r: "run",
  s: "strike",
  i: "inject",
  h: "heat",
  p: "rail",
  b: "beam",
});
const re = field("re", u32);
const event = field("ev", u32);
const iteration = field("it", u32);
const strikeId = field("id", u32);
const state = field("state", oneOf("idle", "loaded", "ready", "running", "faulted"));
const cause = field("cause", oneOf("power", "command", "watchdog", "fault", "brownout", "unknown"));
const temperatureMilliC = field("t", i32);
const throttle = field("thr", hex8);
const board = field("board", token);
const target = field("target", token);
const word = field("word", u32);
const mask = field("mask", hex8);
const cycle = field("cyc", u40);

/** Where several apply, the first one counts. */
export const refusals = [
  "unknown-command",
  "bad-field",
  "wrong-boot",
  "bad-version",
  "not-able",
  "busy",
  "faulted",
  "not-loaded",
  "no-golden",
  "unknown-workload",
  "unknown-board",
  "unknown-target",
  "out-of-range",
  "rail-off",
  "strikes-full",
  "strikes-differ",
  "golden-unstable",
] as const;
export type Refusal = (typeof refusals)[number];

const commands = {
  hello: { protocol: field("v", u16), heartbeatMs: field("hb", u32), leaseMs: field("lease", u32) },
  workloads: {},
  status: {},
  load: {
    workload: field("w", token),
    seed: field("seed", u32),
    refresh: field("refresh", oneOf("full", "weights", "inputs", "none")),
    every: field("every", u32),
    elements: field("first", u16),
  },
  target: { index: field("i", u16) },
  golden: { times: field("times", u16) },
  check: {},
  strike: { id: strikeId, target, word, mask, iteration, cycle },
  run: { first: field("from", u32), iterations: field("n", u32), strikes: field("strikes", u16) },
  stop: {},
  refresh: { what: field("what", oneOf("full", "weights", "inputs")) },
  clock: {},
  reset: {},
  ack: { event },
  resend: { event },
  inject: { board, id: strikeId, target, word, mask, iteration, cycle },
  heat: { board, on: field("on", flag), setMilliC: field("set", i32) },
  rail: { board, on: field("on", flag) },
  shutter: { open: field("open", flag) },
  sense: { board },
  "workloads-from": { index: field("i", u16) },
  space: { index: field("i", u16) },
  shape: { of: field("of", token) },
  fault: {
    id: strikeId,
    target,
    word,
    mask,
    manner: field("how", oneOf("flip", "put", "hold")),
    value: field("val", hex8),
    words: field("n", u16),
    step: field("step", u32),
    iteration,
    cycle,
  },
  "run-to-error": { first: field("from", u32), iterations: field("n", u32) },
} as const;

const answers = {
  "hello-ok": {
    re,
    protocol: field("v", u16),
    model: field("model", token20),
    serial: field("serial", token20),
    firmware: field("fw", token20),
    accelerator: field("acc", token20),
    boots: field("boots", u32),
    cause,
    event,
    dropped: field("drop", u32),
    capabilities: field("cap", capabilities),
  },
  "workloads-ok": { re, workloads: field("w", listOf(token, workloadsInALine)) },
  "status-ok": {
    re,
    state,
    iteration,
    event,
    acked: field("ack", u32),
    dropped: field("drop", u32),
    armed: field("armed", u16),
    temperatureMilliC,
    throttle,
  },
  "load-ok": {
    re,
    targets: field("targets", u16),
    inputs: field("inputs", u32),
    outputs: field("outputs", u32),
    format: field("fmt", oneOf("f32", "i32")),
    stateDigest: field("st", hex16),
  },
  "target-ok": {
    re,
    target: field("name", token),
    words: field("words", u32),
    bits: field("bits", u16),
    word,
    mask,
    iteration,
    cycle,
  },
  "golden-ok": { re, digest: field("out", hex16), cycles: field("cyc", u40), budget: field("budget", u40) },
  "check-ok": { re, digest: field("out", hex16), match: field("match", flag) },
  "strike-ok": { re, id: strikeId },
  "run-ok": { re },
  "stop-ok": { re },
  "refresh-ok": { re, stateDigest: field("st", hex16) },
  "clock-ok": { re, clockKHz: field("khz", u32), powerMilliW: field("mw", u32), throttle },
  "reset-ok": { re },
  "resend-ok": { re, events: field("n", u32) },
  "inject-ok": { re, id: strikeId },
  "heat-ok": { re },
  "rail-ok": { re, on: field("on", flag), milliV: field("mv", u32), milliA: field("ma", u32) },
  "shutter-ok": { re, open: field("open", flag) },
  "sense-ok": {
    re,
    objectMilliC: field("t", i32),
    sinkMilliC: field("sink", i32),
    on: field("on", flag),
    milliV: field("mv", u32),
    milliA: field("ma", u32),
    shutterOpen: field("open", flag),
    fluencePerCm2: field("flu", u53),
    fluxPerCm2PerSecond: field("flux", u53),
  },
  "space-ok": { re, target: field("name", token), words: field("words", u32), bits: field("bits", u16) },
  "shape-ok": { re, axes: field("axes", axes) },
  "fault-ok": { re, id: strikeId },
  "run-to-error-ok": { re },
  refused: { re, command: field("cmd", token), reason: field("why", named("reason", oneOf(...refusals))) },
} as const;

const events = {
  boot: { event, boots: field("boots", u32), cause },
  struck: { event, iteration, id: strikeId, before: field("was", hex8), after: field("now", hex8) },
  elements: { event, iteration, elements: field("e", listOf(element, 5)) },
  scores: { event, iteration, want: field("want", listOf(score, 5)), got: field("got", listOf(score, 5)) },
  result: {
    event,
    iteration,
    id: strikeId,
    end: field("end", oneOf("ok", "trap")),
    digest: field("out", hex16),
    stateDigest: field("st", hex16),
    wrong: field("n", u24),
    nan: field("nan", u24),
    truncated: field("cut", flag),
    detectors: field("det", hex8),
    corrected: field("fix", u24),
    cycles: field("cyc", u40),
    parts: field("parts", u16),
    temperatureMilliC,
  },
  done: {
    event,
    why: field("why", oneOf("finished", "stopped", "lease", "trap")),
    iterations: field("n", u32),
    clean: field("clean", u32),
    cycles: field("cyc", u53),
  },
  ecc: { event, structure: field("in", token), corrected: field("fix", u32), uncorrected: field("bad", u32) },
  overflow: { event, dropped: field("drop", u32) },
  log: { event, level: field("level", oneOf("info", "warning", "error")), text: field("text", text) },
} as const;

const telemetry = {
  heartbeat: {
    state,
    iteration,
    clean: field("clean", u32),
    event,
    acked: field("ack", u32),
    dropped: field("drop", u32),
    boots: field("boots", u32),
    temperatureMilliC,
    throttle,
    cycles: field("cyc", u53),
  },
} as const;

/** The answer of a command that is not named after it. */
const answersOfOthers = { "workloads-from": "workloads-ok" } as const;
/** What answers a command that is obeyed: `hello-ok` to `hello`, and so on. */
export type AnswerTo<N extends string> = N extends keyof typeof answersOfOthers
  ? (typeof answersOfOthers)[N]
  : `${N}-ok`;
export function answerTo(command: string): string {
  return new Map<string, string>(Object.entries(answersOfOthers)).get(command) ?? `${command}-ok`;
}

export type Kind = "c" | "a" | "e" | "t";
export const messages = { c: commands, a: answers, e: events, t: telemetry } as const;

type ValueOf<F> = F extends Field<infer T> ? T : never;
type Body<D> = { readonly [K in keyof D]: ValueOf<D[K]> };
/** One union over a table, without an index signature: a misspelled key is a type error. */
type Named<M, K extends Kind> = {
  [N in keyof M & string]: { readonly kind: K; readonly name: N } & Body<M[N]>;
}[keyof M & string];

export type Command = Named<typeof commands, "c">;
export type Answer = Named<typeof answers, "a">;
export type BoardEvent = Named<typeof events, "e">;
export type Telemetry = Named<typeof telemetry, "t">;
export type Payload = Command | Answer | BoardEvent | Telemetry;

/** What stands before the payload in every line. */
export interface Head {
  /** Counts the sender's lines since its boot (a board) or since the link was opened (a host), from 1. */
  readonly seq: number;
  /** The board's boot id, new at every boot; in a command the boot it is meant for, 0 for any. */
  readonly boot: number;
  /** The sender's uptime, milliseconds. */
  readonly uptimeMs: number;
}

/** A line accepted: its head and its payload. */
export type Message = Head & Payload;
export type MessageOf<N extends Payload["name"]> = Head & Extract<Payload, { readonly name: N }>;

/** The rules a line can break, in the order they are looked at. */
export const garbledReasons = [
  "too-long",
  "no-mark",
  "bad-character",
  "no-crc",
  "bad-crc",
  "bad-head",
  "unknown-message",
  "bad-field",
] as const;

/** A line not accepted, kept as evidence. `reason` is the first rule it broke. */
export interface Garbled {
  readonly kind: "garbled";
  readonly reason: (typeof garbledReasons)[number];
  readonly line: string;
}
