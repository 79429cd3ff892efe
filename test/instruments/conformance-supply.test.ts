import { conformance } from "./conformance.ts";

conformance("supply");
