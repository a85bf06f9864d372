/** `perfsim explore` with code of the user's own: scenarios and kernels in files, and what is said of those that cannot be run. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PERFSIM = join(process.cwd(), 'dist/bin/perfsim.cjs');
const folder = mkdtempSync(join(tmpdir(), 'perfsim-explore-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

function explore(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PERFSIM, 'explore', ...args], { cwd: folder });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (text) => (said.stdout += String(text)));
    child.stderr.on('data', (text) => (said.stderr += String(text)));
    child.on('close', (status) => resolve({ ...said, status }));
  });
}

const kernel = (body: string, before = ''): string => `
  import { V3_2, READ_ONCE, mutex_lock } from 'perfsim/kernel';
  ${before}
  export default class Mine extends V3_2 { ${body} }
`;

const FILES = {
  'my own.ts': "import { V3_1 } from 'perfsim/kernel';\nexport class Mine extends V3_1 {}\n",
  'scenario.ts': `export const scenario = {
    name: 'mine', question: 'Is a sleeper woken?',
    build(setup) {
      const event = setup.event();
      setup.map(event);
      setup.sleeper('T1', event);
      setup.overflow('NMI', event, event);
    },
  };`,
  'on-load.ts': kernel('', 'for (;;);'),
  'in-constructor.ts': kernel('constructor(...all) { super(...all); for (;;); }'),
  'without-memory.ts': kernel('perf_event_wakeup() { for (;;); }'),
  'in-memory.ts': kernel('perf_event_wakeup(event) { for (;;) READ_ONCE(event.rb); }'),
  'throws.ts': kernel('perf_event_wakeup(event) { event.absent.field = 1; }'),
  'catches.ts': kernel('perf_poll(file) { try { for (;;) mutex_lock(file.event.mmap_mutex); } catch { return 1; } }'),
  'in-module.ts': kernel('perf_output_wakeup(handle) { if (crossings++ % 2 === 0) super.perf_output_wakeup(handle); }', 'let crossings = 0;'),
  'in-map.ts': kernel('wake_up_all(queue, event) { if (seen.has(event)) super.wake_up_all(queue, event); seen.set(event, 1); }', 'const seen = new Map();'),
  'in-setup.ts': kernel('perf_mmap_first(event) { for (;;) READ_ONCE(event.rb); }'),
  'assigns.ts': kernel('perf_output_get_handle(handle) { handle.rb.nest++; }'),
  'as-parent.ts': kernel(''),
  'looks-once.ts': `
    import { READ_ONCE, V3_2, WRITE_ONCE, atomic_add_return } from 'perfsim/kernel';
    export default class Mine extends V3_2 {
      perf_output_put_handle(handle) {
        if (atomic_add_return(handle.rb.nest, -1) !== 0) return;
        WRITE_ONCE(handle.rb.user_page.data_head, READ_ONCE(handle.rb.head));
        if (handle.wakeup !== READ_ONCE(handle.rb.wakeup)) this.perf_output_wakeup(handle);
      }
    }`,
  'wakes-always.ts': "import { V6_18 } from 'perfsim/kernel';\nexport class Mine extends V6_18 { perf_output_end(handle) { this.perf_output_wakeup(handle); super.perf_output_end(handle); } }",
  'two-buffers.ts': `
    import { Cell, READ_ONCE, RingBuffer, V5_19, atomic_inc, kzalloc } from 'perfsim/kernel';
    class Counting extends RingBuffer { crossings = new Cell(0, this, 'crossings'); }
    export default class Mine extends V5_19 {
      override rb_alloc(...size) { return kzalloc(() => new Counting(...size)); }
      override perf_output_wakeup(handle) {
        atomic_inc(handle.rb.crossings);
        if (READ_ONCE(handle.rb.crossings) % 2 === 0) super.perf_output_wakeup(handle);
      }
    }`,
  'no-scenario.ts': 'export const scenario = 1;',
  'no-program.ts': "export const scenario = { name: 'none', question: 'What happens?', build(setup) { setup.map(setup.event()); } };",
  'since.ts': "export const scenario = { name: 'late', question: 'When?', since: 'v9.9', build() {} };",
  'two-scenarios.ts': "export const a = { name: 'a', question: 'A?', build() {} };\nexport const b = { ...a, name: 'b' };",
  'bad-call.ts': "export const scenario = { name: 'bad', question: 'Bad?',\n build(setup) { setup.evnt(); } };",
  'judges.ts': `import { Violation, type Scenario } from 'perfsim/kernel';
    export const scenario: Scenario = {
      name: 'one-sample', question: 'Is there one sample?', expected: [],
      build(setup) {
        const event = setup.event();
        const { rb } = setup.map(event);
        setup.overflow('NMI', event, event);
        setup.judge(() => {
          if (setup.account.samplesIn(rb) > 1) throw new Violation('two samples', 'there are two');
        });
      },
    };`,
};

for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);

test('a counterexample of a kernel and a scenario in files is replayed by the command that is printed', async () => {
  const { stdout } = await explore('three-events', '--kernel', './my own.ts');
  const [, word] = /replay: perfsim explore three-events --kernel '\.\/my own\.ts' --schedule (\w+)\n/.exec(stdout)!;
  const replay = await explore('three-events', '--kernel', './my own.ts', '--schedule', word);
  expect(replay).toMatchObject({ status: 1, stderr: '', stdout: expect.stringContaining('lost wakeup: T1 sleeps') });
});

test('a scenario in a file is asked of any kernel', async () => {
  const { stdout, status } = await explore('./scenario.ts', '--kernel', 'v3.2,./my own.ts');
  expect(stdout).toMatch(/^\nmine: Is a sleeper woken\?\n\n {2}v3\.2: Never \(complete: \d+ states, \d+ schedules\)\n\n {2}my own\.ts: Never/);
  expect(status).toBe(0);
});

test('a scenario in a file has a judgement of its own', async () => {
  const { stdout, status } = await explore('./judges.ts', '--kernel', 'v6.18');
  expect(stdout).toMatch(/ {2}v6\.18: Sometimes: two samples\n[^]*\n {4}two samples: there are two\n/);
  expect(status).toBe(1);
});

test('a kernel that loops over its memory has an endless loop', async () => {
  const { stdout, status } = await explore('three-events', '--kernel', './in-memory.ts');
  expect(stdout).toMatch(/ perf_event_wakeup .* in-memory\.ts:\d+\n.* … and so on for ever\n/);
  expect(stdout).toMatch(/endless loop: IRQ\d goes on for ever\n    replay: perfsim explore three-events --kernel \.\/in-memory\.ts --schedule \w+\n/);
  expect(status).toBe(1);
});

test('a kernel may give its buffers fields of its own', async () => {
  const { stdout, status } = await explore('three-events', '--kernel', './two-buffers.ts');
  expect(stdout).toMatch(/ perf_output_wakeup +atomic_inc\(handle\.rb\.crossings\) +two-buffers\.ts:\d+\n[^]* lost wakeup: T1 sleeps/);
  expect(status).toBe(1);
});

test('a kernel of one\'s own is set beside its parent, if no question is named: what is new is bad, and the simplest of it is shown', async () => {
  const { stdout, status } = await explore('--kernel', 'v3.2,./looks-once.ts');
  const [table, ...sections] = stdout.split('\n\n');
  expect(table).toMatch(/^ +v3\.2 +looks-once\.ts\nthree-events +never +never\n/);
  expect(sections[0]).toMatch(/^[\w-]+: .+\?$/);
  expect(sections.join('\n')).toMatch(/ {2}looks-once\.ts: Sometimes: lost record\n/);
  expect(sections.at(-1)).toMatch(/^Against its parent v3\.2, \.\/looks-once\.ts repairs \d+ \(.+\).* and breaks \d+ \(.*nmi-in-write.*\)\.\nShown is the simplest of what is new; .+\n$/);
  expect(stdout.match(/Sometimes:/g)).toHaveLength(1);
  expect(status).toBe(1);
}, 60_000);

test('a counterexample in which nothing happens is not the one that is shown', async () => {
  const { stdout } = await explore('--kernel', './wakes-always.ts');
  expect(stdout).toMatch(/\n {4}t0 .*\n[^]*\n {4}wrong poll result: /);
  expect(stdout).not.toMatch(/ effect *$/m);
}, 60_000);

test('kernels of the same name are told apart by their folders', async () => {
  mkdirSync(join(folder, 'other'), { recursive: true });
  writeFileSync(join(folder, 'other/as-parent.ts'), kernel('perf_poll() { return 0; }'));
  const { stdout } = await explore('--kernel', './as-parent.ts,./other/as-parent.ts,./as-parent.ts');
  expect(stdout).toMatch(/^ +as-parent\.ts +other\/as-parent\.ts\n/);
  expect(stdout).toMatch(/\nAgainst its parent v3\.2, \.\/as-parent\.ts .*breaks 0 [^]*\nAgainst its parent v3\.2, \.\/other\/as-parent\.ts .*breaks [1-9]/);
}, 60_000);

test('one that changes nothing breaks nothing, though its parent is not free of defects', async () => {
  const { stdout, status } = await explore('--kernel', './as-parent.ts');
  expect(stdout).toMatch(/\nclose-of-polled +use after free\n[^]*\n\nAgainst its parent v3\.2, \.\/as-parent\.ts repairs 0 \(none\) and breaks 0 \(none\)\.\n$/);
  expect(status).toBe(0);
}, 60_000);

test('lines of a kernel in the folder of the package are shown like any other', async () => {
  const path = join(process.cwd(), 'mine-of-a-test.ts');
  writeFileSync(path, FILES['two-buffers.ts']);
  try {
    const { stdout } = await explore('three-events', '--kernel', path);
    expect(stdout).toMatch(/ perf_output_wakeup +atomic_inc\(handle\.rb\.crossings\) +\S*mine-of-a-test\.ts:\d+\n/);
  } finally {
    rmSync(path);
  }
});

const SILENT = /^perfsim: the kernel '.*' does not come back: it loops for ever, when it is loaded, while three-events is set up, or in code that touches no memory\.\n$/;

// All at once: most of them wait.
describe('what cannot be run is refused in a sentence', () => {
  test.concurrent.each([
    [['three-events', '--kernel', './on-load.ts'], SILENT],
    [['three-events', '--kernel', './in-constructor.ts'], SILENT],
    [['three-events', '--kernel', './without-memory.ts'], SILENT],
    [['three-events', '--kernel', './in-setup.ts'], SILENT],
    [['wake-vs-enqueue', '--kernel', './catches.ts'], /^perfsim: the kernel '\.\/catches\.ts' fails.*: it catches the exception by which a call waits, .+\.\n$/],
    [['nmi-in-write', '--kernel', './in-module.ts'], /^perfsim: the kernel '\.\/in-module\.ts' fails.*: it does something else when the same is executed again, .+\.\n$/],
    [['munmap-of-sleeper', '--kernel', './in-map.ts'], /^perfsim: the kernel '\.\/in-map\.ts' fails in .*: it does something else when the same is executed again, .+\.\n$/],
    [['three-events', '--kernel', './assigns.ts'], /^perfsim: the kernel '\.\/assigns\.ts' fails in .*: an operation is on 'NaN', which is no Cell: .+\.\n$/],
    [['three-events', '--kernel', './throws.ts'], /^perfsim: the kernel '\.\/throws\.ts' fails in perf_event_wakeup \(throws\.ts:\d+\): Cannot set properties of undefined .+\.\n$/],
    [['./no-program.ts', '-k', 'v6.18'], /^perfsim: the scenario '\.\/no-program\.ts' has no program, .+\.\n$/],
    [['./since.ts', '-k', 'v6.18'], /^perfsim: unknown kernel 'v9\.9'; .+\n$/],
    [['./two-scenarios.ts', '-k', 'v6.18'], /^perfsim: '\.\/two-scenarios\.ts' exports several scenarios, a and b: .+\.\n$/],
    [['./bad-call.ts', '-k', './as-parent.ts'], /^perfsim: the scenario '\.\/bad-call\.ts' fails in build \(bad-call\.ts:2\): setup\.evnt is not a function\.\n$/],
    [['./no-scenario.ts'], /^perfsim: '\.\/no-scenario\.ts' exports no scenario: .+\n$/],
  ])('%j', async (args, sentence) => {
    const { stdout, stderr, status } = await explore(...args);
    expect(stderr).toMatch(sentence);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
  }, 60_000);
});
