/** `--kernel ./mine.ts`, through the built command: what a user's own kernel changes, and what is said of a bad one. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PERFSIM = join(process.cwd(), 'dist/bin/perfsim.cjs');
const folder = mkdtempSync(join(tmpdir(), 'perfsim-kernel-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Records the experiment of 2011, shortened, on the kernel that `source` describes. */
function recordOn(source: string | null, seconds = 4): { status: number | null; stderr: string; recorded: boolean } {
  if (source !== null) writeFileSync(join(folder, 'mine.ts'), source);
  rmSync(join(folder, 'perf.data'), { force: true });
  const kernel = source === null ? './absent.ts' : './mine.ts';
  const words = ['record', '-N', '--kernel', kernel, '--seed', '8', '-e', 'cycles,cycles,cycles', 'noploop', String(seconds)];
  const { status, stderr } = spawnSync(process.execPath, [PERFSIM, ...words], { cwd: folder, encoding: 'utf8' });
  return { status, stderr, recorded: existsSync(join(folder, 'perf.data')) };
}

describe('a kernel of the user\'s own', () => {
  test('that leaves v3.1 as it is loses the wakeup, as v3.1 does', () => {
    const { status, stderr } = recordOn("import { V3_1 } from 'perfsim/kernel';\nexport default class Mine extends V3_1 {}\n");
    expect(status).toBe(0);
    expect(stderr).toContain('Woken up 1 times');
  });

  test('that wakes every event of the task repairs it', () => {
    const { status, stderr } = recordOn(`
      import { V3_1, list_for_each, type PerfEvent } from 'perfsim/kernel';
      export default class Mine extends V3_1 {
        override perf_event_wakeup(event: PerfEvent): void {
          super.perf_event_wakeup(event);
          list_for_each(event.ctx!.event_list, (other: PerfEvent) => this.wake_up_all(other.waitq, other));
        }
      }
    `);
    expect(stderr).toContain('Woken up 3 times');
    expect(status).toBe(0);
  });

  test('may have functions and constants of its own', () => {
    const { status } = recordOn("import { V6_18 } from 'perfsim/kernel';\nexport class Mine extends V6_18 { mark = 2; twice() { return 2 * this.mark; } }\n", 1);
    expect(status).toBe(0);
  });

  test.each([
    ['does not compile', 'export class Mine {', /^perfsim: '\.\/mine\.ts:1:20' does not compile: .+\.\n$/],
    ['throws while it is loaded', "import { V3_1 } from 'perfsim/kernel';\nconst { size } = null as any;\nexport class Mine extends V3_1 {}", /^perfsim: '\.\/mine\.ts' fails when it is loaded \(mine\.ts:2\): .+\.\n$/],
    ['imports a module that there is not', "import { V3_1 } from 'perfsim/kernl';\nexport class Mine extends V3_1 {}", /^perfsim: '\.\/mine\.ts:1:22' does not compile: there is no 'perfsim\/kernl'; what a file of your own needs comes from 'perfsim\/kernel'\.\n$/],
    ['extends nothing', 'export class Mine {}', /^perfsim: '\.\/mine\.ts' exports no class that extends a kernel: .+\n$/],
    ['does not exist', null, /^perfsim: cannot read the kernel '\.\/absent\.ts': no such file\.\n$/],
    [
      'throws',
      "import { V3_1 } from 'perfsim/kernel';\nexport class Mine extends V3_1 { override perf_event_wakeup(): void { throw new Error('no such waiter'); } }",
      /perfsim: the kernel '\.\/mine\.ts' fails in perf_event_wakeup \(mine\.ts:2\): no such waiter\.\n$/,
    ],
    ['imports a name that there is not', "import { V6_18, READONCE } from 'perfsim/kernel';\nexport class Mine extends V6_18 { override perf_output_wakeup(): void { READONCE(); } }", /^perfsim: '\.\/mine\.ts:1:17' does not compile: 'perfsim\/kernel' exports no 'READONCE'; did you mean 'READ_ONCE'\?\n$/],
    [
      'overrides what its parent does not have',
      "import { V6_18 } from 'perfsim/kernel';\nexport class Mine extends V6_18 { perf_output_crosses() { return true; } override perf_output_puthandle(): void {} }",
      /^perfsim: '\.\/mine\.ts' overrides nothing with 'perf_output_puthandle', which v6\.18 does not have; did you mean 'perf_output_put_handle'\?\n$/,
    ],
    [
      'has but a misspelt function',
      "import { V6_18 } from 'perfsim/kernel';\nexport class Mine extends V6_18 { perf_output_puthandle() {} }",
      /^perfsim: '\.\/mine\.ts' overrides nothing with 'perf_output_puthandle', .+; did you mean 'perf_output_put_handle'\?\n$/,
    ],
    [
      'is one of two',
      "import { V3_1, V6_18 } from 'perfsim/kernel';\nexport class A extends V6_18 {}\nexport class B extends V3_1 {}",
      /^perfsim: '\.\/mine\.ts' exports several kernels, A and B: make one of them the default export\.\n$/,
    ],
    [
      'remembers something in a field',
      "import { V6_18 } from 'perfsim/kernel';\nexport class Mine extends V6_18 { ticks = 0; override perf_event_task_tick(): void { this.ticks++; } }",
      /^perfsim: the kernel '\.\/mine\.ts' fails in perf_event_task_tick \(mine\.ts:2\): the field 'ticks' changes, and what a kernel remembers must be a Cell\.\n$/,
    ],
    [
      'catches',
      `import { V6_18, mutex_lock } from 'perfsim/kernel';
       export class Mine extends V6_18 {
         override perf_poll(file: any): number { try { for (;;) mutex_lock(file.event.mmap_mutex); } catch { return 1; } }
       }`,
      /^perfsim: the kernel '\.\/mine\.ts' fails.*: it catches the exception by which a call waits, where kernel code may catch nothing\.\n$/,
    ],
  ])('that %s is refused in one sentence, and nothing is left behind', (_what, source, sentence) => {
    const { status, stderr, recorded } = recordOn(source);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(2);
    expect(recorded).toBe(false);
  });

  test('that loops for ever ends with a sentence, and nothing is left behind', () => {
    const { status, stderr, recorded } = recordOn("import { V3_1 } from 'perfsim/kernel';\nexport default class Mine extends V3_1 { override perf_event_wakeup(): void { for (;;); } }");
    expect(stderr).toBe("perfsim: the kernel './mine.ts' does not come back: it loops for ever.\n");
    expect(status).not.toBe(0);
    expect(recorded).toBe(false);
  }, 30_000);
});
