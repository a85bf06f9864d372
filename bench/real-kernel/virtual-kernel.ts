/**
 * A kernel image that is booted in a virtual machine to make the system calls there: whatever is older or newer than what
 * runs here. Emulated, so that nothing depends on the processor; the machine has neither disks nor a network.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROBE, type RealKernel } from './real-kernel.ts';

/** Milliseconds after which the machine is switched off; what the probe has printed by then counts. */
const PATIENCE_MS = 60_000;

/** Programs come in as a file of the first file system; what they answer leaves by the second serial port. */
const INIT = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox stty -F /dev/ttyS1 raw -echo
/bin/busybox uname -r > /dev/ttyS1
echo 2 > /proc/sys/kernel/perf_event_paranoid
/probe < /programs > /dev/ttyS1
/bin/busybox poweroff -f
`;

const TOOLS: Readonly<Record<string, string>> = { 'qemu-system-x86_64': 'qemu-system-x86', busybox: 'busybox-static' };

/** Nothing can be measured there: the machine has ended, or hung, before the probe had started, or perf is not permitted. */
export class NoAnswer extends Error {}

export class VirtualKernel implements RealKernel {
  readonly #image: string;
  /** What the kernel calls itself, as soon as it has run. */
  release = '';

  constructor(image: string) {
    this.#image = image;
  }

  /** What is missing here to boot `image`, or null. */
  static missing(image: string): string | null {
    if (!existsSync(image)) return `There is no kernel image ${image}.`;
    const absent = Object.keys(TOOLS).filter((tool) => spawnSync(tool, ['--help']).error !== undefined);
    return absent.length === 0 ? null : `Booting a kernel needs ${absent.join(' and ')} (packages ${absent.map((tool) => TOOLS[tool]).join(', ')}).`;
  }

  /** An emulated machine comes to nothing now and then, and not again. */
  run(programs: string): string {
    try {
      return this.#boot(programs);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return this.#boot(programs);
    }
  }

  #boot(programs: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'real-kernel-'));
    try {
      const [console_, answers] = [join(folder, 'console'), join(folder, 'answers')];
      const { error } = spawnSync('qemu-system-x86_64', [
        '-accel', 'tcg,thread=multi', '-cpu', 'max,la57=off', '-smp', '2', '-m', '1024', '-display', 'none', '-monitor', 'none', '-no-reboot', '-net', 'none',
        '-kernel', this.#image, '-initrd', fileSystem(folder, programs), '-append', 'console=ttyS0 quiet panic=-1 tsc=reliable',
        '-serial', `file:${console_}`, '-serial', `file:${answers}`,
      ], { timeout: PATIENCE_MS, killSignal: 'SIGKILL' });
      if (error !== undefined && (error as NodeJS.ErrnoException).code !== 'ETIMEDOUT') throw error;
      const [release, ...lines] = readFileSync(answers, 'utf8').split('\n');
      if (release === '') throw new NoAnswer(`${this.#image} did not start the probe; its console says: ${readFileSync(console_, 'utf8').trim().split('\n').at(-1) || 'nothing'}`);
      this.release = release;
      return lines.join('\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

/** The archive with all files of the machine. */
function fileSystem(folder: string, programs: string): string {
  const root = join(folder, 'root');
  for (const name of ['bin', 'proc', 'dev']) mkdirSync(join(root, name), { recursive: true });
  copyFileSync(spawnSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).stdout.trim(), join(root, 'bin/busybox'));
  symlinkSync('busybox', join(root, 'bin/true'));
  copyFileSync(PROBE, join(root, 'probe'));
  writeFileSync(join(root, 'programs'), programs);
  writeFileSync(join(root, 'init'), INIT, { mode: 0o755 });
  const { stdout } = spawnSync('sh', ['-c', 'find . | busybox cpio -o -H newc'], { cwd: root, maxBuffer: 2 ** 30 });
  const archive = join(folder, 'initrd');
  writeFileSync(archive, stdout);
  return archive;
}
