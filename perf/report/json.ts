/**
 * `data convert --to-json`: the header and every sample as JSON.
 * Reference: tools/perf/util/data-convert-json.c, v6.1 (linux-perf-json-version 1).
 * Not modelled: fields of tracepoints, which v6.1 does not convert either without libtraceevent; letters beyond ASCII, which perf
 * takes apart into bytes: here they stay what they are.
 */
import { PERF_SAMPLE_CALLCHAIN } from '../../kernel/abi/index.ts';
import { u64, type PerfData } from '../data/index.ts';
import { resolveFrames } from './callchain.ts';
import type { SymbolLoader } from './dso.ts';
import type { Location } from './maps.ts';
import type { Output } from './output.ts';
import { Session, type CurrentSample } from './session.ts';

/** JSON.stringify escapes nothing that perf would not, but spells DEL and lone surrogates its own way, which names do not have. */
const quoted = (text: string): string => JSON.stringify(text);

export interface JsonOptions {
  /** When the recording was made, as 2026-11-23T09:19:48Z; left out if unknown. */
  capturedOn?: string | undefined;
}

function headers(data: PerfData, { capturedOn }: JsonOptions): string {
  const { features, header: { data: section } } = data;
  const entries: [string, string][] = [
    ['header-version', '1'],
    ...(capturedOn === undefined ? [] : [['captured-on', quoted(capturedOn)] satisfies [string, string]]),
    ['data-offset', `${section.offset}`],
    ['data-size', `${section.size}`],
    ['feat-offset', `${section.offset + section.size}`],
    ['hostname', quoted(features.hostname ?? '')],
    ['os-release', quoted(features.os_release ?? '')],
    ['arch', quoted(features.arch ?? '')],
    ['cpu-desc', quoted(features.cpudesc ?? '')],
    ['cpuid', quoted(features.cpuid ?? '')],
    ['nrcpus-online', `${features.nrcpus?.online ?? 0}`],
    ['nrcpus-avail', `${features.nrcpus?.available ?? 0}`],
  ];
  const clock = features.clock_data;
  if (clock !== undefined) entries.push(['clockid', `${clock.clockid}`], ['clock-time', `${clock.clockid_time_ns}`], ['real-time', `${clock.wall_clock_ns}`]);
  entries.push(['perf-version', quoted(features.version ?? '')]);
  entries.push(['cmdline', `[${(features.cmdline ?? []).map((word) => `\n\t\t\t${quoted(word)}`).join(',')}\n\t\t]`]);
  return entries.map(([key, value]) => `\n\t\t${quoted(key)}: ${value}`).join(',');
}

function frame(ip: bigint, location: Location | null): string {
  let text = `\n\t\t\t\t{\n\t\t\t\t\t"ip": "0x${ip.toString(16)}"`;
  if (location?.found) {
    text += `,\n\t\t\t\t\t"symbol": ${quoted(location.found.name)}`;
    if (location.map) text += `,\n\t\t\t\t\t"dso": ${quoted(location.map.dso.short_name)}`;
  }
  return `${text}\n\t\t\t\t}`;
}

function sampleText(session: Session, sample: CurrentSample): string {
  const { thread, event } = sample;
  const { data } = session;
  const time = BigInt.asIntN(64, u64(sample.timeLow, sample.timeHigh));
  const cpu = data.events.anyCpu ? `,\n\t\t\t"cpu": ${sample.cpu | 0}` : '';
  let frames = frame(sample.ip, sample.location);
  if (event.attr.sample_type & BigInt(PERF_SAMPLE_CALLCHAIN)) {
    const record = data.decode(sample.block, sample.at);
    const ips = (record.name === 'SAMPLE' && record.sample.callchain) || [];
    frames = resolveFrames(session.machine, thread, ips).map(({ ip, location }) => frame(ip, location)).join(',');
  }
  return `\n\t\t{\n\t\t\t"timestamp": ${time},\n\t\t\t"pid": ${thread.pid},\n\t\t\t"tid": ${thread.tid}${cpu},`
    + `\n\t\t\t"comm": ${quoted(thread.comm.text)},\n\t\t\t"callchain": [${frames}\n\t\t\t]\n\t\t}`;
}

/** Writes the document and answers how many samples it has. */
export function writeJson(data: PerfData, out: Output, options: JsonOptions = {}, loadSymbols?: SymbolLoader): number {
  let count = 0;
  const session = new Session(data, {
    sample(sample) {
      out.text((count++ === 0 ? '' : ',') + sampleText(session, sample));
    },
  }, loadSymbols);
  out.text(`{\n\t"linux-perf-json-version": 1,\n\t"headers": {${headers(data, options)}\n\t},\n\t"samples": [`);
  session.run();
  out.text('\n\t]\n}\n');
  out.flush();
  return count;
}
