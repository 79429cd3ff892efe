/**
 * One upset of an FPGA's configuration as the circuit it configures feels it. Which bit of the configuration memory it is, the world knows;
 * what it does to the answers follows from the netlist alone.
 */
export type FabricFault =
  /** One bit of a look-up table's truth table is inverted. */
  | { readonly site: "lut"; readonly element: number; readonly lut: number; readonly init: number }
  /** The route to one pin of a look-up table is broken: the pin floats to this level. */
  | {
      readonly site: "pin";
      readonly element: number;
      readonly lut: number;
      readonly pin: number;
      readonly level: 0 | 1;
    }
  /** A net is bridged to ground or supply: everything it drives sees this level. */
  | { readonly site: "net"; readonly element: number; readonly net: number; readonly level: 0 | 1 }
  /** A cell of the block memory that holds the weights is inverted. */
  | { readonly site: "memory"; readonly word: number; readonly bit: number };
