import { InvalidArgumentError } from "commander";

/** Reads a number from the command line; commander says which option was wrong. */
export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,15}$/.test(text) || Number(text) < least || Number(text) > most)
      throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
    return Number(text);
  };
}
