/** Scenario files: what is wrong with one is said with its line, its column, and what was expected. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { specOf, recordWords } from '../../bin/options/many-runs.ts';
import { loadSimulation } from '../../bin/simulation.ts';
import { loadScenario } from '../../scenarios/suite/load.ts';
import { jsonSchema } from '../../scenarios/suite/schema.ts';
import { subtests } from '../../scenarios/suite/suite.ts';

const GOOD = `# A comment
title: three events
command: record -e cycles,cycles noploop 1
machine: { cpus: 2, watchdog: false }
vary:
  mmap-pages: 1..4*2
seeds: 1..3
expect:
  samples: 990..1010
  lost: 0
`;

async function load(text: string): Promise<number> {
  const simulation = await loadSimulation();
  const scenario = loadScenario('x.yaml', text);
  return (await subtests(scenario, 'v3.2', (command, settings) => specOf(recordWords(command.split(' ')), settings, simulation))).length;
}

test('a scenario has a subtest for each combination of what varies', async () => {
  expect(await load(GOOD)).toBe(3);
});

describe('a scenario that is wrong is refused with place and reason', () => {
  const COUNT = 'expected a count such as 0, 9990..10010, 10.. (at least) or ..5 (at most), without a unit';

  test.each([
    ['title:', 'titel:', "2:1: unknown key 'titel', did you mean 'title'?; expected one of title, command, workload, machine, kernel, tool, vary, seeds, fails_on, expect"],
    ['  lost:', '  losst:', "10:3: unknown key 'losst', did you mean 'lost'?; expected one of samples, equal, lost, lost_reported, wakeups, records, buffer_high_water, reader_latency"],
    ['lost: 0', 'reader_latency: ..5', '10:19: expected a time such as ..1 ms or 3..60 us, with one of the units us, ms and s'],
    ['lost: 0', 'reader_latency: 5..1 ms', '10:19: expected the smaller number first, not 5..1 ms'],
    ['cpus: 2', 'latencies: { write: 20 }', '4:32: expected a duration with its unit or a range of durations, such as 20ms or 3us-50us'],
    ['cpus: 2', 'latencies: { wirte: 20ms }', "4:32: unknown latency 'wirte'; did you mean 'write'?"],
    ['cpus: 2', 'pmu: nehalm', "4:17: unknown PMU 'nehalm'; did you mean 'nehalem'?"],
    ['seeds', 'kernel: v3.l\nseeds', "7:9: unknown kernel 'v3.l'; did you mean 'v3.1'?"],
    ['mmap-pages: 1..4*2', 'mmap-pages: [1, 3]', "6:15: invalid -m value '3': the data pages must be a power of two up to 131072; nearest are 2 and 4"],
    ['cpus: 2', 'cpu: 2', "4:12: unknown key 'cpu', did you mean 'cpus'?; expected one of pmu, cpus, hz, latencies, watchdog"],
    ['command: record -e cycles,cycles noploop 1\n', '', "2:1: expected the key 'command'"],
    ['lost: 0', 'lost: 5K', `10:9: ${COUNT}`],
    ['samples: 990..1010', 'samples: 1 %', `9:12: ${COUNT}`],
    ['samples: 990..1010', 'samples: true', `9:12: ${COUNT}; or a list of these, one for each event`],
    ['cpus: 2', 'cpus: 2, hz: 1 kHz', '4:25: expected scheduler ticks per second, without a unit: 100, 250, 300 or 1000'],
    ['990..1010', '1010..990', '9:12: expected the smaller number first, not 1010..990'],
    ['990..1010', '[1, 2, 3]', '9:12: expected one count for each of the 2 events, not 3'],
    ['lost: 0', 'lost: 0\n  lost_reported: 5..', '11:18: expected no more than the 0 that are lost: only those can be reported'],
    ['lost: 0', 'records: { SAMPLE: 1 }', '10:22: expected between 1980 and 2020: that many samples of all events are expected above'],
    ['990..1010', '[10, 20]\n  equal: 1 %', '10:10: expected no equality within 1 %: the counts expected of the events differ by more'],
    ['1..4*2', '4..1', "6:15: invalid list '4..1': it is values such as 100,1000, a range such as 1..20, or one with steps such as 1..512*2 and 0..100+10"],
    ['-e cycles', '-e cycels', "3:10: unknown event 'cycels'; did you mean 'cycles'?"],
    ['lost: 0', 'lost: -1', `10:9: ${COUNT}`],
    ['lost: 0', 'records: { LSOT: 0 }', /^10:14: unknown key 'LSOT', did you mean 'LOST'\?; expected one of MMAP, LOST, COMM, /],
    ['mmap-pages', 'mmap_pages', "6:15: unknown option 'mmap_pages'; did you mean 'mmap-pages'?"],
    ['mmap-pages: 1..4*2', 'seed: 1..4', "6:9: unknown option 'seed'; 'perfsim sweep -h' shows what there is."],
    ['mmap-pages: 1..4*2', 'mmap-pages: true', "6:15: option 'mmap-pages' requires a value"],
    ['mmap-pages: 1..4*2', 'poll-all: 5', "6:13: option 'poll-all' is true or false, not '5'"],
    ['seeds: 1..3', 'seeds: [1, 2]', '7:8: expected seeds such as 1..5, 7 or 1,2,9'],
    ['  lost: 0\n', '---\ntitle: x\n', '10:1: expected one document, and found another'],
    ['title: three events', 'title: [', '3:1: Flow sequence in block collection must be sufficiently indented and end with a ]'],
  ])('%j as %j', async (good, bad, sentence) => {
    const message = await load(GOOD.replace(good, bad)).then(() => 'accepted', (error: Error) => error.message);
    expect(message.replace(/^x\.yaml:|\.$/g, '')).toEqual(typeof sentence === 'string' ? sentence.replace(/\.$/, '') : expect.stringMatching(sentence));
  });
});

test('the published schema is the one that files are checked against', () => {
  expect(readFileSync(new URL('../../scenarios/timed/schema.json', import.meta.url), 'utf8')).toBe(jsonSchema());
});
