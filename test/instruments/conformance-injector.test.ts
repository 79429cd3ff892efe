import { conformance } from "./conformance.ts";

conformance("injector");
