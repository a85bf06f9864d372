/** How V8 is told to treat the simulation. */
import { setFlagsFromString } from 'node:v8';

/**
 * Bytes of bytecode that the optimising compiler inlines into one function, beside functions so small that it always
 * does (its default: 920). The simulation is hundreds of short functions that call each other: with the default most of
 * a short run's time goes into compiling each of them into many others, and a long run is no faster for it.
 */
const MAX_INLINED_BYTECODE = 200;

/** To be called before the command is loaded: what is compiled belongs to its flags. */
export function prepareEngine(): void {
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${MAX_INLINED_BYTECODE}`);
  // Loops here are short, and what they call is copied into them: each would be compiled twice, for no gain.
  setFlagsFromString('--no-turbo-loop-peeling');
}
