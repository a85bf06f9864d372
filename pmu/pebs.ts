/**
 * Precise event based sampling (PEBS): records of where events happened, which the processor itself writes into memory.
 *
 * An overflow arms its counter; the next event writes a record, and the buffer, whose threshold is one record, raises the PMI.
 * So a record tells of the code that was counted, wherever the PMI comes in.
 * Reference: Intel SDM 3B, "Processor Event Based Sampling" and its section on Nehalem; GLOBAL_STATUS's OvfBuffer.
 * Not modelled: general registers, data addresses and latencies in records; larger thresholds, and counters reloaded by the processor;
 * the time that writing takes, and events that are missed meanwhile.
 */
import type { Location } from './location.ts';

/** OvfBuffer, which is bit 62 of GLOBAL_STATUS, where masks here have 32 bits for the counters. */
export const OVF_BUFFER = 1 << 30;

export interface PebsRecord {
  /** The counter, by position. */
  readonly position: number;
  /** The code that was executed; the address in it is of the instruction behind the one that was counted. */
  readonly location: Location;
}

/** One CPU's buffer in the debug store. */
export class Pebs {
  #records: PebsRecord[] = [];

  write(record: PebsRecord): void {
    this.#records.push(record);
  }

  /** Empties the buffer, oldest record first. */
  drain(): readonly PebsRecord[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }
}
