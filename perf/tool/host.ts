/**
 * The computer that the recordings are made on: names, modules, libraries. An input, like the chip: it decides how many
 * MMAP records a recording opens with, and how many bytes an exec leaves in the buffer.
 *
 * Reference: the report of 2011 counts 66 MMAP records: the kernel, its modules, what the tool had mapped, and the four
 * of an exec; an RPM-based x86_64 user space of that year leaves 46 modules.
 * Not modelled: where the modules really are; they lie one after the other.
 */
import { KERNEL_TEXT } from '../../pmu/location.ts';
import type { Executable, MappedFile } from '../../kernel/index.ts';

export const HOST = { hostname: 'perfsim', arch: 'x86_64', total_mem_kb: 8_174_844n } as const;

const MODULES = `
  nfs lockd fscache nfs_acl auth_rpcgss sunrpc ipv6 cpufreq_ondemand acpi_cpufreq freq_table mperf dm_mirror
  dm_region_hash dm_log snd_hda_codec_realtek snd_hda_intel snd_hda_codec snd_hwdep snd_seq snd_seq_device
  snd_pcm snd_timer snd soundcore snd_page_alloc iTCO_wdt iTCO_vendor_support i2c_i801 i7core_edac edac_core e1000e
  ext4 mbcache jbd2 sr_mod cdrom sd_mod crc_t10dif pata_acpi ata_generic ata_piix radeon ttm drm_kms_helper
  drm i2c_algo_bit`.trim().split(/\s+/);

export const KERNEL_TEXT_BYTES = 0x60_0000;
/** 0xffffffffa0000000: where modules are loaded. */
const MODULES_START = -0x6000_0000;
const MODULE_BYTES = 0x1_5000;
/** 2^64, in addresses that are negative from 2^63 on; so are lengths. */
const ADDRESSES_END = 0;

/** The kernel's text as the tool of v6.1 finds it in /proc/kallsyms. */
export const KERNEL_MAP: MappedFile = { start: KERNEL_TEXT, length: KERNEL_TEXT_BYTES, offset: KERNEL_TEXT, filename: '[kernel.kallsyms]_text' };

/**
 * The kernel and its modules as v3.2 has them: the kernel begins with the first symbol, which is the first variable of a CPU,
 * at 0, and each map ends a byte before the last one in front of the next (map_groups__fixup_end).
 */
export function kernel_maps(release: string): MappedFile[] {
  const modules = MODULES.map((name, i) => ({ start: MODULES_START + i * MODULE_BYTES, offset: 0, filename: `/lib/modules/${release}/kernel/${name}.ko` }));
  const maps = [{ ...KERNEL_MAP, start: 0 }, ...modules];
  return maps.map((map, i) => ({ ...map, length: (maps[i + 1]?.start ?? ADDRESSES_END) - 1 - map.start }));
}

/** What is mapped in the order of addresses, as /proc/<pid>/maps shows it. */
export function proc_maps({ maps }: Executable): MappedFile[] {
  return [...maps].sort((a, b) => a.start - b.start);
}

const LIBRARIES = '/lib64';
const VDSO: MappedFile = { start: 0x7fff_e85f_f000, length: 0x1000, offset: 0, filename: '[vdso]' };
const LD_SO: MappedFile = { start: 0x3a0_0c00_000, length: 0x1_f000, offset: 0, filename: `${LIBRARIES}/ld-2.12.so` };
const LIBC: MappedFile = { start: 0x3a0_1000_000, length: 0x18_6000, offset: 0, filename: `${LIBRARIES}/libc-2.12.so` };

/**
 * What the tool's own process, and so its child before exec, has mapped to execute. The tool passes [vsyscall] over: of what
 * has a name in brackets it takes [vdso] alone (perf_event__synthesize_mmap_events).
 */
export const TOOL_MAPS: readonly MappedFile[] = [
  { start: 0x40_0000, length: 0xf_5000, offset: 0, filename: '/usr/bin/perf' },
  LD_SO,
  LIBC,
  ...['libpthread', 'libdl', 'libm', 'librt', 'libutil'].map((name, i) => ({
    start: 0x3a0_1800_000 + i * 0x40_0000, length: 0x1_7000, offset: 0, filename: `${LIBRARIES}/${name}-2.12.so`,
  })),
  ...['elf-0.152', 'dw-0.152', 'slang.so.2.2.1', 'python2.6.so.1.0', 'bz2.so.1.0.4', 'lzma.so.0.0.0'].map((name, i) => ({
    start: 0x3a0_4000_000 + i * 0x40_0000, length: 0x3_1000, offset: 0, filename: `/usr/lib64/lib${name.replace(/-([\d.]+)$/, '-$1.so')}`,
  })),
  VDSO,
];

/** Where programs live, so that their paths have one length wherever perfsim runs. */
export const BIN = '/usr/bin';
export const EXECUTABLE_START = 0x40_0000;

/** A dynamically linked program as exec and its loader map it. */
export function executable(name: string): Executable {
  return {
    comm: name,
    maps: [{ start: EXECUTABLE_START, length: 0x1000, offset: 0, filename: `${BIN}/${name}` }, LD_SO, VDSO, LIBC],
  };
}

const MODERN_LIBRARIES = '/usr/lib/x86_64-linux-gnu';

/** The same on the computer where perf 6.1 is at home: a virtual machine of 2023, whose kernel has no modules. */
export function modern_executable(name: string): Executable {
  const inode = (number: number): MappedFile['inode'] => ({ major: 254, minor: 0, number });
  return {
    comm: name,
    maps: [
      { start: EXECUTABLE_START, length: 0x1000, offset: 0, filename: `${BIN}/${name}`, inode: inode(266_001) },
      { start: 0x7f3a_1c02_d000, length: 0x2_6000, offset: 0x1000, filename: `${MODERN_LIBRARIES}/ld-linux-x86-64.so.2`, inode: inode(266_944) },
      { start: 0x7fff_e85f_f000, length: 0x2000, offset: 0, filename: '[vdso]' },
      { start: 0x7f3a_1be5_9000, length: 0x15_6000, offset: 0x2_6000, filename: `${MODERN_LIBRARIES}/libc.so.6`, inode: inode(267_380) },
    ],
  };
}
