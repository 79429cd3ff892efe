import type { Clock } from "../domain/clock.ts";
import type { OpenPort } from "../domain/link.ts";
import type { Capture } from "../link/capture.ts";
import type { Answer, AnswerTo, Command, Head, MessageOf } from "../../firmware-protocol/messages.ts";

/** Commands that are answered: all but `ack`. */
export type Question = Exclude<Command, { readonly name: "ack" }>;
export type Verb = Question["name"];
export type CommandOf<N extends Verb> = Extract<Question, { readonly name: N }>;
/** Any answer, with the head of its line. */
export type AnyAnswer = Head & Answer;
export type AnswerOf<N extends Verb> = MessageOf<Extract<Answer["name"], AnswerTo<N>>>;

export interface SessionOptions {
  /** Name in the rig file, for messages to people. */
  readonly name: string;
  /** Serial number the device must answer with; null takes any. */
  readonly serial: string | null;
  readonly clock: Clock;
  readonly open: OpenPort;
  readonly capture: Capture | null;
  readonly heartbeatMs: number;
  readonly leaseMs: number;
  readonly silenceMs: number;
  readonly answerMs: number;
  /** Aborted: all is left at once, and no long work is waited for. */
  readonly leave?: AbortSignal | undefined;
  /** Events are acknowledged as they come and kept for nobody: a box whose events no campaign asks for. */
  readonly acknowledgeAtOnce: boolean;
}
