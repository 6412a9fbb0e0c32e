import type { PresenceRecord } from './broker.js';

/** Bytes that an entry of a diff takes beside its meta, and some more. */
const ENTRY_OVERHEAD = 64;

/** What tells a record from others of its node. */
export function keyOf({ topic, id }: Omit<PresenceRecord, 'meta'>): string {
  return `${topic} ${id}`;
}

/** Records by topic, no more at once than a message of so many bytes holds: a node that dies may have had thousands in one. */
export function inBatches(records: readonly PresenceRecord[], bytes: number): [topic: string, records: PresenceRecord[]][] {
  const batches: [string, PresenceRecord[]][] = [];
  const open = new Map<string, { readonly batch: PresenceRecord[]; room: number }>();
  for (const record of records) {
    const size = record.meta.length + ENTRY_OVERHEAD;
    let last = open.get(record.topic);
    if (last === undefined || last.room < size) {
      last = { batch: [], room: bytes };
      open.set(record.topic, last);
      batches.push([record.topic, last.batch]);
    }
    last.batch.push(record);
    last.room -= size;
  }
  return batches;
}
