import { imagesBase64, multiplier, shift, w1Base64, w2Base64 } from "./digits-model-data.ts";

/** The trained classifier: 14 × 14 pixels, 32 hidden, 10 classes, no biases. */
export const pixels = 196;
export const hidden = 32;
export const classes = 10;

export interface DigitsModel {
  /** [hidden][pixels] and [classes][hidden]. Little-endian hosts alone, as all that Node runs on by default. */
  readonly w1: Float32Array;
  readonly w2: Float32Array;
  /** 16 held-out images, 196 pixels of 0 to 127 each. */
  readonly images: Uint8Array;
  /** Of int8: hidden sum · multiplier / 2^shift is 0 to 127. */
  readonly multiplier: number;
  readonly shift: number;
}

export function readDigitsModel(): DigitsModel {
  return {
    w1: new Float32Array(bytesOf(w1Base64).buffer),
    w2: new Float32Array(bytesOf(w2Base64).buffer),
    images: bytesOf(imagesBase64),
    multiplier,
    shift,
  };
}

/** In a buffer of their own: `Buffer.from` may give a piece of a shared one. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(base64, "base64"));
}
