import { conformance } from "./conformance.ts";

conformance("counter");
