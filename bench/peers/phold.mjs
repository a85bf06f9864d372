/**
 * The load of bench/phold.ts on simjs (npm): N entities that set a timer for random whiles.
 * Arguments: N, number of events. Prints millions of events per second.
 */
globalThis.window = {};
await import('simjs');
const { Sim, Entity } = globalThis.window.Sim;

/** Events before time is taken, until V8 has compiled what it will. */
const WARM = 3e5;
const [timers, events] = process.argv.slice(2).map(Number);
let state = 12345;

function delay() {
  state = (Math.imul(state, 1103515245) + 12345) | 0;
  return 1 + (state >>> 8);
}

class Timer extends Entity {
  again = () => this.setTimer(delay()).done(this.again);

  start() {
    this.again();
  }
}

const simulation = new Sim();
for (let i = 0; i < timers; i++) simulation.addEntity(Timer);
simulation.simulate(Infinity, WARM);
const start = performance.now();
simulation.simulate(Infinity, events);
console.log((events / (performance.now() - start) / 1000).toFixed(3));
