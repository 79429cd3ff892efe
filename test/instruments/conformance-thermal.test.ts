import { conformance } from "./conformance.ts";

conformance("thermal");
