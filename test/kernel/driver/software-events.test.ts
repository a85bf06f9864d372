/** Software events of v3.2, asked for as a program would. */
import { describe, expect, test } from '@jest/globals';
import {
  KERNEL_COPY, Linux, Mapping, PAGE_SIZE, PERF_COUNT_SW_CONTEXT_SWITCHES, PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_CPU_MIGRATIONS,
  PERF_COUNT_SW_DUMMY, PERF_COUNT_SW_PAGE_FAULTS, PERF_COUNT_SW_PAGE_FAULTS_MAJ, PERF_COUNT_SW_PAGE_FAULTS_MIN,
  PERF_COUNT_SW_TASK_CLOCK, PERF_FORMAT_TOTAL_TIME_RUNNING, PERF_SAMPLE_ADDR, PERF_SAMPLE_IP, PERF_SAMPLE_PERIOD, PERF_SAMPLE_TIME,
  PERF_TYPE_SOFTWARE, USER_LOOP, perf_event_attr, type PerfEventAttr, type Process,
} from '../../../kernel/index.ts';

const MS = 1e6;
const attr = (config: number, fields: Partial<PerfEventAttr> = {}): PerfEventAttr =>
  perf_event_attr({ type: PERF_TYPE_SOFTWARE, config: BigInt(config), ...fields });

function machine(cpus = 1): Process {
  return new Linux({ cpus }).spawn('test');
}

/** Opens an event of the process itself. */
const open = (self: Process, config: number, fields: Partial<PerfEventAttr> = {}): number =>
  self.perf_event_open(attr(config, fields), 0, -1, -1, 0);
const count = (self: Process, fd: number): number => (self.read(fd) as readonly number[])[0];

/** The samples of an event with `fields` during `body`. */
function samples(config: number, fields: Partial<PerfEventAttr>, body: (self: Process) => void): ReturnType<Mapping['read']> {
  const self = machine();
  const fd = open(self, config, { sample_type: BigInt(PERF_SAMPLE_IP), ...fields });
  const buffer = self.mmap(fd, (1 + 64) * PAGE_SIZE) as Mapping;
  body(self);
  return buffer.read();
}

describe('page faults', () => {
  test('are counted as such, and as minor or major', () => {
    const self = machine();
    const fds = [PERF_COUNT_SW_PAGE_FAULTS, PERF_COUNT_SW_PAGE_FAULTS_MIN, PERF_COUNT_SW_PAGE_FAULTS_MAJ].map((config) => open(self, config));
    self.fault(5);
    self.fault(2, { major: true });
    expect(fds.map((fd) => count(self, fd))).toEqual([7, 5, 2]);
  });

  test('are counted for the side that the attr does not exclude', () => {
    const self = machine();
    const [user, kernel, both] = [{ exclude_kernel: true }, { exclude_user: true }, {}].map((fields) => open(self, PERF_COUNT_SW_PAGE_FAULTS, fields));
    self.fault(3);
    self.fault(2, { code: KERNEL_COPY });
    expect([user, kernel, both].map((fd) => count(self, fd))).toEqual([3, 2, 5]);
  });

  test('are sampled every so many, with their address', () => {
    const sample_type = BigInt(PERF_SAMPLE_IP | PERF_SAMPLE_ADDR | PERF_SAMPLE_PERIOD);
    const found = samples(PERF_COUNT_SW_PAGE_FAULTS, { sample_type, sample_period: 10n }, (self) => {
      for (let i = 1; i <= 35; i++) self.fault(1, { address: i * PAGE_SIZE });
    });
    expect(found.map(({ addr, period }) => [addr! / PAGE_SIZE, period])).toEqual([[10, 10], [20, 10], [30, 10]]);
  });

  test('by frequency: each sample tells of the period that begins with it', () => {
    const self = machine();
    const fd = open(self, PERF_COUNT_SW_PAGE_FAULTS, { sample_type: BigInt(PERF_SAMPLE_PERIOD), freq: true, sample_period: 1000n });
    const buffer = self.mmap(fd, (1 + 64) * PAGE_SIZE) as Mapping;
    const seen: { at: number; period: number }[] = [];
    for (let at = 1; at <= 2000; at++) {
      self.fault(1);
      for (const { period } of buffer.read()) seen.push({ at, period: period! });
    }
    expect(seen.slice(0, -1).map(({ period }) => period)).toEqual(seen.slice(1).map(({ at }, i) => at - seen[i].at));
    expect(new Set(seen.map(({ period }) => period)).size).toBeGreaterThan(2);
  });

  test('of another task are not counted', () => {
    const linux = new Linux();
    const [self, other] = [linux.spawn('a'), linux.spawn('b')];
    const fd = open(self, PERF_COUNT_SW_PAGE_FAULTS);
    other.fault(4);
    self.fault(1);
    expect(count(self, fd)).toBe(1);
  });
});

describe('clocks', () => {
  test.each([[PERF_COUNT_SW_TASK_CLOCK, 20], [PERF_COUNT_SW_CPU_CLOCK, 20]])('of a task (%i) count while it runs', (config, ms) => {
    const self = machine();
    const fd = open(self, config);
    self.run(ms * MS);
    self.sleep(30 * MS);
    expect(count(self, fd) / MS).toBeCloseTo(ms, 0);
  });

  test('the task clock is the time that the event was on', () => {
    const self = machine();
    const fd = open(self, PERF_COUNT_SW_TASK_CLOCK, { read_format: BigInt(PERF_FORMAT_TOTAL_TIME_RUNNING) });
    self.run(7 * MS);
    self.sleep(3 * MS);
    const [clock, running] = self.read(fd) as readonly number[];
    expect(clock).toBe(running);
  });

  test('a frequency is a period at once, and samples are that far apart', () => {
    const found = samples(PERF_COUNT_SW_CPU_CLOCK, { sample_type: BigInt(PERF_SAMPLE_TIME), freq: true, sample_period: 4000n }, (self) => self.run(20 * MS));
    expect(found.length).toBe(80);
    const gaps = found.slice(1).map(({ time }, i) => time! - found[i].time!);
    for (const gap of gaps) expect(Math.abs(gap - 250_000)).toBeLessThan(10_000);
  });

  test('no clock samples more often than every 10 µs', () => {
    const fields = { sample_period: 1n, sample_type: BigInt(PERF_SAMPLE_TIME) };
    const found = samples(PERF_COUNT_SW_CPU_CLOCK, fields, (self) => self.run(3 * MS));
    const elapsed = found.at(-1)!.time! - found[0].time!;
    expect(found.length).toBeGreaterThan(250);
    // The very first period is the 1 ns that was asked for.
    expect(found.length).toBeLessThanOrEqual(elapsed / 10_000 + 2);
  });

  test('a sample shows the code that the timer interrupted', () => {
    const found = samples(PERF_COUNT_SW_CPU_CLOCK, { sample_period: 1_000_000n, exclude_kernel: true }, (self) => self.run(10 * MS));
    for (const { ip } of found) expect(ip! >= USER_LOOP.start && ip! < USER_LOOP.start + USER_LOOP.length).toBe(true);
    expect(found.length).toBeGreaterThanOrEqual(9);
  });
});

describe('the scheduler', () => {
  test('counts a switch each time that the task leaves the CPU, as the kernel\'s doing', () => {
    const self = machine();
    const [all, user] = [{}, { exclude_kernel: true }].map((fields) => open(self, PERF_COUNT_SW_CONTEXT_SWITCHES, fields));
    for (let i = 0; i < 5; i++) self.sleep(MS);
    expect([count(self, all), count(self, user)]).toEqual([5, 0]);
  });

  test('counts a migration for whoever runs where it is decided', () => {
    const linux = new Linux({ cpus: 2 });
    const self = linux.spawn('self', { cpus: [0] });
    const fds = [0, 1].map((cpu) => self.perf_event_open(attr(PERF_COUNT_SW_CPU_MIGRATIONS), -1, cpu, -1, 0));
    const others = [1, 2, 3].map(() => self.fork());
    for (const other of others) other.start((sys) => sys.run(USER_LOOP, 20 * MS));
    self.run(30 * MS);
    expect(fds.reduce((sum, fd) => sum + count(self, fd), 0)).toBeGreaterThan(0);
  });
});

test('the dummy event counts nothing', () => {
  const self = machine();
  const fd = open(self, PERF_COUNT_SW_DUMMY);
  self.fault(3);
  self.sleep(MS);
  expect(count(self, fd)).toBe(0);
});
