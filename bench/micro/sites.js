// Where an operation allocates: the functions, with bytes for each message, from V8's sampling heap profiler.
import { Session } from 'node:inspector/promises';

const OPERATIONS = 20_000;
const SAMPLING_INTERVAL = 256;
const SHOWN = 8;

export async function allocationSites({ operation, messages = 1 }) {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: SAMPLING_INTERVAL,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  for (let i = 0; i < OPERATIONS; i++) operation(i);
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  return [...bytesByFunction(profile.head)]
    .map(([site, bytes]) => ({ site, bytes: bytes / OPERATIONS / messages }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, SHOWN);
}

function bytesByFunction(node, sum = new Map()) {
  const { functionName, url, lineNumber } = node.callFrame;
  const site = `${functionName || '(anonymous)'} ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`;
  sum.set(site, (sum.get(site) ?? 0) + node.selfSize);
  for (const child of node.children) bytesByFunction(child, sum);
  return sum;
}
