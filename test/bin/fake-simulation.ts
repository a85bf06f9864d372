/** A simulation of nothing: it remembers what it was asked for, and writes as many bytes as it is told to. */
import { NONE, coded, type CacheTable } from '../../pmu/chip.ts';
import type { Simulation } from '../../bin/simulation.ts';
import type { RunResult, RunSpec } from '../../perf/run-spec.ts';

const RESULT: RunResult = {
  events: [{ name: 'cycles', samples: 9999 }], records: { SAMPLE: 9999 }, lost_reported: 3, lost_total: 4,
  wakeups: 6, bytes_written: 1_440_000, file_bytes: 0, buffer_high_water: 0, reader_latency: { mean_ns: 0, max_ns: 0 }, duration_ns: 1e10,
};

const CACHES: CacheTable = {
  L1D: { read: [coded('L1-dcache-loads', 0x40), null] }, L1I: {}, LL: {}, DTLB: { read: NONE }, ITLB: {}, BPU: {}, NODE: {},
};
const MORE_CACHES: CacheTable = { ...CACHES, DTLB: { read: [null, coded('dTLB-load-misses', 0x46)] } };

export class FakeSimulation implements Simulation {
  asked: RunSpec | null = null;
  /** Thrown from the middle of a run, if set. */
  failure: Error | null = null;

  readonly CHIPS = [
    { name: 'nehalem', alias: 'nhm', description: 'four counters', events: [{ signal: 'cycles' }], caches: CACHES },
    { name: 'amd64', description: 'no status', events: [{ signal: 'cycles' }, { signal: 'branches' }], caches: MORE_CACHES },
  ];
  readonly KERNELS = [
    { variant: { name: 'v3.1', parent: null, commit: '', claim: 'before the fix' } },
    { variant: { name: 'fix', parent: 'v3.1', commit: '10c6db110d0e', claim: 'the fix' } },
    { variant: { name: 'v3.2', parent: 'fix', commit: '44b7f4b98b73', claim: 'a check for NULL' } },
    { variant: { name: 'other', parent: 'v3.1', commit: '', claim: 'another way' } },
  ];
  readonly WORKLOADS = [{
    name: 'noploop', summary: 'does nothing', usage: 'noploop SECONDS',
    parse([seconds]: readonly string[]) {
      if (!(Number(seconds) > 0)) throw new Error(`noploop takes a number of seconds, not '${seconds}'.`);
    },
  }];

  readonly run: Simulation['run'] = (spec, sink) => {
    this.asked = spec;
    sink?.write(new TextEncoder().encode('recording'));
    if (this.failure !== null) throw this.failure;
    return RESULT;
  };
}
