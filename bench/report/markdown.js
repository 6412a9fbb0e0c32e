// The results as one page of tables.
import { mebibytes, microseconds } from '../runner/format.js';
import { CONTROL } from '../runner/peers.js';
import { checkTargets, dearRates } from './targets.js';

const table = (header, rows) =>
  [header, header.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

function caseTable({ rows }, { columns, withoutRatio, control = CONTROL }) {
  const [main, ...others] = columns;
  const header = [
    '',
    main.label,
    ...(withoutRatio ? [] : [`to ${rows.find((row) => row.peer === control)?.label ?? control}`]),
    ...others.map((column) => column.label),
    'rounds',
  ];
  return table(
    header,
    rows.map((row) => caseRow(row, main, others, withoutRatio)),
  );
}

function caseRow(row, main, others, withoutRatio) {
  const show = (column, value) => (value === null || Number.isNaN(value) ? '–' : column.format(value));
  const ratio = withoutRatio ? [] : [row.ratio === null || Number.isNaN(row.ratio) ? '–' : `${row.ratio.toFixed(2)} ×`];
  const failed = row.faults.length > 0 ? ` (**failed:** ${row.faults[0].examples.join(' ')})` : '';
  return [
    row.label + failed,
    show(main, row.value),
    ...ratio,
    ...others.map((column) => show(column, row.more[column.key])),
    row.rounds.map((value) => (value === null ? '–' : main.format(value))).join(', '),
  ];
}

function workloadSection(result, workload) {
  const cases = result.cases.map((each) => `### ${each.title}\n\n${caseTable(each, workload)}\n`);
  const better = result.better === 'higher' ? 'More is better.' : 'Less is better.';
  return `## ${result.title}\n\n${better}\n\n![${result.title}](${result.name}.svg)\n\n${cases.join('\n')}`;
}

function targetsSection(results) {
  const targets = checkTargets(results);
  if (targets.length === 0) return '';
  const rows = targets.map(({ title, to, wanted, ratio, reached }) => [
    title,
    to,
    wanted,
    `${ratio.toFixed(2)} ×`,
    reached ? 'yes' : '**no**',
  ]);
  const dear = dearRates(results).map(
    ({ title, own, control }) => `- ${title}: ${microseconds(own)} to ${microseconds(control)}`,
  );
  const latency =
    dear.length === 0 ? "No latency is worse than the control's." : `Latencies worse than the control's:\n\n${dear.join('\n')}`;
  return `## What vaquero must reach\n\n${table(['workload', 'to', 'wanted', 'measured', 'reached'], rows)}\n\n${latency}\n`;
}

function peersSection(peers) {
  const rows = peers.map(({ label, versions, note }) => [label, versions.join(', ') || '–', note || '–']);
  return `## Peers\n\n${table(['', 'versions', 'remarks'], rows)}\n`;
}

function machineSection({ environment }) {
  const { date, node, system, processor, cores, memory, pinned } = environment;
  const pinning = pinned
    ? 'Servers, all nodes of one included, ran pinned to core 0, load processes and brokers to core 1.'
    : 'Processes were **not** pinned to cores.';
  return `${date}, Node ${node}, ${system}, ${processor}, ${cores} cores, ${mebibytes(memory)}. ${pinning}
Medians of alternating rounds, whose values are in the last column; the ratio is the median of the rounds' ratios. Latency is that of a closed loop: from the
write of a message to the read of its reply, with the given number in flight. "Busy" is the share of its core that a process
used: a row whose load process is busy all the time is a lower bound.
`;
}

/** `results` in the order of `workloads`; all of them may be from different runs, the machine is told from the latest. */
export function markdown(results, workloads) {
  const sections = results.map((result) =>
    workloadSection(
      result,
      workloads.find((workload) => workload.name === result.name),
    ),
  );
  const peers = new Map(results.flatMap((result) => result.peers.map((peer) => [peer.name, peer])));
  const latest = results.toSorted((a, b) => b.environment.date.localeCompare(a.environment.date))[0];
  return [
    '# Benchmark results\n',
    machineSection(latest),
    targetsSection(results),
    peersSection([...peers.values()]),
    ...sections,
  ].join('\n');
}
