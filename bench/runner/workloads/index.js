import { churn } from './churn.js';
import { cluster } from './cluster.js';
import { asynchronous, echo, inject } from './echo.js';
import { fanout } from './fanout.js';
import { idleCpu, memory } from './idle.js';
import { leak } from './leak.js';
import { startup } from './startup.js';

export const WORKLOADS = [echo, fanout, cluster, churn, inject, asynchronous, memory, idleCpu, leak, startup];

export function chooseWorkloads(names) {
  const unknown = names.filter((name) => !WORKLOADS.some((workload) => workload.name === name));
  if (unknown.length > 0)
    throw new Error(`Unknown workload ${unknown.join(', ')}; there are ${WORKLOADS.map((each) => each.name).join(', ')}.`);
  return names.length === 0 ? WORKLOADS : WORKLOADS.filter((workload) => names.includes(workload.name));
}
