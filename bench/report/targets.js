// What vaquero must reach, as ratios within one run.
import { CLUSTER_CONTROL, CONTROL, PEERS } from '../runner/peers.js';
import { ratioTo } from '../runner/statistics.js';

const SUBJECT = 'vaquero';
/** Nodes of vaquero, and those of others that they must be ahead of. */
const CLUSTERS = PEERS.filter(({ module }) => module === 'vaquero-cluster').map(({ name }) => name);
const OTHERS = [CLUSTER_CONTROL, 'socketio-redis-sharded'];
const ECHO_1 = { workload: 'echo', case: 'text-64-1', title: 'echo, 1 in flight' };
const ECHO_16 = { workload: 'echo', case: 'text-64-16', title: 'echo, 16 in flight' };
const ECHO_16K = { workload: 'echo', case: 'binary-16384-1', title: 'echo 16 KiB binary' };
const FANOUT_1 = { workload: 'fanout', case: 'text-64-1', title: 'fan-out, 1 in flight, through `@OnInfo`' };
const FANOUT_8 = { workload: 'fanout', case: 'text-64-8', title: 'fan-out, 8 in flight, through `@OnInfo`' };
const CHURN = { workload: 'churn', case: 'churn', title: 'churn' };
const MEMORY = { workload: 'memory', case: 'idle', title: 'memory per idle connection' };

const atLeast = (what, control, nest) => [
  { ...what, to: CONTROL, atLeast: control },
  { ...what, to: 'nest', atLeast: nest },
];
const atMost = (what, control, nest) => [
  { ...what, to: CONTROL, atMost: control },
  { ...what, to: 'nest', atMost: nest },
];

const CLUSTER_CASES = [2, 4].flatMap((nodes) =>
  [1, 8].map((depth) => ({
    workload: 'cluster',
    case: `${nodes}-nodes-${depth}`,
    title: `${nodes} nodes, ${depth} in flight`,
  })),
);

const TARGETS = [
  ...atLeast(ECHO_1, 1.05, 2),
  ...atLeast(ECHO_16, 3.5, 8),
  ...atLeast(ECHO_16K, 0.97, 1),
  ...atLeast(FANOUT_1, 1.15, 1.3),
  ...atLeast(FANOUT_8, 6, 6),
  ...atLeast(CHURN, 0.95, 2),
  ...atMost(MEMORY, 1.25, 0.65),
  ...CLUSTER_CASES.flatMap((what) =>
    CLUSTERS.flatMap((subject) => OTHERS.map((to) => ({ ...what, title: `${what.title}, ${subject}`, subject, to, atLeast: 1 }))),
  ),
];

function rowsOf(results, { workload, case: key }) {
  const rows = results.find((result) => result.name === workload)?.cases.find((each) => each.key === key)?.rows ?? [];
  return new Map(rows.map((row) => [row.peer, row]));
}

/** Each target with the ratio that these results show; targets that were not measured are left out. */
export function checkTargets(results) {
  return TARGETS.flatMap((target) => {
    const rows = rowsOf(results, target);
    const ratio = ratioTo(rows.get(target.to)?.rounds ?? [], rows.get(target.subject ?? SUBJECT)?.rounds ?? []);
    if (Number.isNaN(ratio)) return [];
    const wanted = target.atLeast === undefined ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`;
    const reached = target.atLeast === undefined ? ratio <= target.atMost : ratio >= target.atLeast;
    return [{ title: target.title, to: target.to, wanted, ratio, reached }];
  });
}

/** Cases with a p50 or p99 that is worse than the control's; of single servers the p99 only, for with one in flight the p50 is the rate. */
export function dearRates(results) {
  return results.flatMap(({ name, cases }) =>
    cases.flatMap(({ key, title }) => {
      const rows = rowsOf(results, { workload: name, case: key });
      const worse = (subject, to, quantile) => {
        const own = rows.get(subject)?.more[quantile];
        const control = rows.get(to)?.more[quantile];
        return own > control ? [{ title: `${name}, ${title}, ${quantile} of ${subject} to ${to}`, own, control }] : [];
      };
      const nodes = CLUSTERS.flatMap((subject) => OTHERS.flatMap((to) => ['p50', 'p99'].flatMap((q) => worse(subject, to, q))));
      return [...worse(SUBJECT, CONTROL, 'p99'), ...nodes];
    }),
  );
}
