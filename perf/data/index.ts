/**
 * `perfsim/perf-data`: reads and writes perf.data, in Node and in browsers.
 *
 *     import { PerfData, bytesSource } from 'perfsim/perf-data';
 *
 *     const data = PerfData.open(bytesSource(bytes));        // throws PerfDataError: one sentence with the offset
 *     data.events.all.map((event) => event.name);            // ['cycles', 'instructions']
 *     data.features.version;                                 // '6.1.0'
 *     for (const record of data.records()) {                 // lazily, in the order of the file
 *       if (record.name === 'SAMPLE') record.sample.ip;      // bigint
 *     }
 *
 * `deliverInOrder` gives the records by time, as perf sorts them. A `ByteSource` of one's own reads from anywhere, in
 * memory that does not grow with the recording. `PerfDataWriter` and `PerfPipeWriter` write what `PerfData` reads.
 */
export { Block } from './blocks.ts';
export { BUILD_ID_SIZE, type BuildId } from './build-ids.ts';
export { ByteReader, ByteWriter } from './bytes.ts';
export { PerfDataError } from './error.ts';
export { eventName } from './event-name.ts';
export { EventTable, type RecordedEvent } from './events.ts';
export { FEATURE_NAMES, type CpuTopology, type EventDescription, type FeatureName, type Features } from './features.ts';
export type { MappedObject } from './fields.ts';
export { PIPE_HEADER_SIZE } from './header.ts';
export { sampleLayout, type SampleLayout } from './layout.ts';
export { deliverIfSorted, deliverInOrder, type OrderedDelivery } from './order.ts';
export { PerfData, type PositionedRecord } from './reader.ts';
export * from './record-types.ts';
export { decodeRecord, encodeRecord, type CpuMap, type EventUpdate, type PerfRecord, type RecordOf } from './records.ts';
export type { BranchStack, ReadValue, RegsDump, Sample, SampleId, SampleRead, StackDump } from './sample.ts';
export { bytesSource, type ByteSource } from './source.ts';
export type { Symbol } from './symbols.ts';
export { u64, u64Key, u64KeyOf } from './u64.ts';
export { PerfPipeWriter } from './pipe-writer.ts';
export { PerfDataWriter } from './writer.ts';
export type { ByteSink } from '../run-spec.ts';
