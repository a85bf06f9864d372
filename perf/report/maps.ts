/**
 * Address spaces: which file is mapped where, and which symbol an address belongs to.
 * Reference: tools/perf/util/map.c and maps of v6.1: maps__find(), maps__fixup_overlappings(), map__map_ip().
 * Not modelled: Android's renamed libraries, mount namespaces.
 */
import { u64, u64Key } from '../data/index.ts';
import type { Dso, FoundSymbol } from './dso.ts';

export interface MemoryMap {
  readonly start: bigint;
  end: bigint;
  readonly pgoff: bigint;
  readonly dso: Dso;
  /** Addresses in the file are those in memory: the kernel, and memory without a file. */
  readonly identity: boolean;
}

/** Where an address is. */
export interface Location {
  map: MemoryMap | null;
  /** The address within the file; the address itself if nothing is mapped there. */
  address: bigint;
  found: FoundSymbol | null;
}

/** The address in the file that is mapped, or in memory if nothing is. */
function fileAddress(map: MemoryMap, address: bigint): bigint {
  return map.identity ? address : address - map.start + map.pgoff;
}

export class Maps {
  /** Sorted by start. */
  readonly #maps: MemoryMap[] = [];
  /** What was looked up since the maps last changed. */
  readonly #known = new Map<number | bigint, Location>();

  /** Where the address is, by its halves. The same address gives the same object until the maps change. */
  locate(low: number, high: number): Location {
    const key = u64Key(low, high);
    let location = this.#known.get(key);
    if (location === undefined) {
      location = this.#locate(u64(low, high));
      this.#known.set(key, location);
    }
    return location;
  }

  #locate(address: bigint): Location {
    const map = this.find(address);
    if (map === null) return { map, address, found: null };
    const inFile = fileAddress(map, address);
    return { map, address: inFile, found: map.dso.findSymbol(inFile) };
  }

  find(address: bigint): MemoryMap | null {
    const map = this.#maps[this.#upperBound(address) - 1];
    return map !== undefined && address < map.end ? map : null;
  }

  /** Adds a map as mmap(2) does: it takes the place of what was there before, of which the ends may remain. */
  replace(map: MemoryMap): void {
    const first = this.#maps.findIndex((other) => other.end > map.start);
    if (first >= 0) {
      let last = first;
      while (last < this.#maps.length && this.#maps[last].start < map.end) last++;
      const remains = this.#maps.slice(first, last).flatMap((other) => remainsOf(other, map));
      this.#maps.splice(first, last - first, ...remains);
    }
    this.insert(map);
  }

  /** Adds a map beside the others. */
  insert(map: MemoryMap): void {
    this.#maps.splice(this.#upperBound(map.start), 0, map);
    this.#known.clear();
  }

  remove(map: MemoryMap): void {
    const index = this.#maps.indexOf(map);
    if (index >= 0) this.#maps.splice(index, 1);
    this.#known.clear();
  }

  /** Takes over the maps of a parent at fork. */
  copyFrom(other: Maps): void {
    for (const map of other.#maps) this.replace({ ...map });
  }

  /** Forgets what was looked up: a symbol has been added. */
  forget(): void {
    this.#known.clear();
  }

  /** How many maps start at or before the address. */
  #upperBound(address: bigint): number {
    let low = 0;
    let high = this.#maps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#maps[middle].start <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The parts of `old` that `map` leaves visible. */
function remainsOf(old: MemoryMap, map: MemoryMap): MemoryMap[] {
  const remains: MemoryMap[] = [];
  if (old.start < map.start) remains.push({ ...old, end: map.start });
  if (map.end < old.end) remains.push({ ...old, start: map.end, pgoff: old.pgoff + (map.end - old.start) });
  return remains;
}
