/**
 * Small texts of `script`.
 * Reference: timestamp__scnprintf_usec() of tools/perf/util/time-utils.c and perf_sample__fprintf_regs(), v6.1.
 * Not modelled: registers of machines other than x86.
 */
import type { RegsDump } from '../data/index.ts';
import { X86_REGISTERS } from './dump-sample.ts';

/** Nanoseconds as "12.345678". */
export function timeText(low: number, high: number): string {
  const microseconds = ((BigInt(high) << 32n) | BigInt(low)) / 1000n;
  return `${microseconds / 1_000_000n}.${String(microseconds % 1_000_000n).padStart(6, '0')}`;
}

/** " ABI:2    AX:0x1    BX:0x2" */
export function registerText(dump: RegsDump | undefined, mask: bigint): string {
  if (dump === undefined || dump.values.length === 0) return '';
  let text = ` ABI:${dump.abi} `;
  let next = 0;
  for (let bit = 0; bit < 64; bit++) {
    if (!(mask & (1n << BigInt(bit)))) continue;
    text += `${(X86_REGISTERS[bit] ?? 'unknown').padStart(5)}:0x${dump.values[next++].toString(16)} `;
  }
  return text;
}
