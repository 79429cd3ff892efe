import { conformance } from "./conformance.ts";

conformance("switch");
