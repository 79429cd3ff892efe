/** Frames made by hand for the tests, with a checksum of the tests' own (bit by bit, unlike the table in the source). */
export function frameBytes(id: number, payload: Uint8Array): Buffer {
  let crc = 0xffff;
  for (const byte of payload) {
    for (let bit = 7; bit >= 0; bit--) {
      const carry = (crc >>> 15) ^ ((byte >>> bit) & 1);
      crc = ((crc << 1) & 0xffff) ^ (carry === 1 ? 0x1021 : 0);
    }
  }
  return Buffer.from([0xaa, id, payload.length, ...payload, crc >>> 8, crc & 0xff, 0x55]);
}

/** A run-counter frame (id 1, length 60): total errors, cycles of the run, instructions retired. */
export function counterFrame(errors: number, retired: number): Buffer {
  const payload = Buffer.alloc(60);
  payload.writeUInt32LE(errors >>> 0, 0);
  payload.writeUInt32LE(284_115_948, 4);
  payload.writeUInt32LE(retired >>> 0, 8);
  return frameBytes(1, payload);
}

/** A line of a log that holds these bytes. */
export function dataLine(seconds: number, data: Uint8Array | string, device = "dut9_monitor"): string {
  const hex = typeof data === "string" ? data : Buffer.from(data).toString("hex");
  return JSON.stringify({ message: "", type: `Serial ${device}`, id: 20, timestamp: seconds, data: hex });
}

export function eventLine(seconds: number, id: 19 | 24): string {
  const type = id === 19 ? "Serial dut9_monitor" : "Client";
  return JSON.stringify({ message: "", type, id, timestamp: seconds, event: "" });
}
