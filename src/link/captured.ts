import type { Port } from "../domain/link.ts";
import type { Capture } from "./capture.ts";

/** The same port, every byte received kept on its way (law 1): for devices that do not speak in lines. */
export function capturedPort(port: Port, capture: Capture | null): Port {
  if (capture === null) return port;
  capture.opened(port.name);
  return { ...port, chunks: takenFrom(port, capture) };
}

async function* takenFrom(port: Port, capture: Capture): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of port.chunks) {
    capture.take(chunk);
    yield chunk;
  }
}
