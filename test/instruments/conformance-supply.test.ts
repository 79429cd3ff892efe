import { conformance } from "./conformance.ts";
import { koradWithLines } from "./fixtures/korad.ts";
import { keysight, rigolOtherWords } from "./fixtures/scpi.ts";

conformance("supply", koradWithLines, keysight, rigolOtherWords);
