// Measures vaquero beside its peers. See README.md.
import { fileURLToPath } from 'node:url';
import { checkTargets } from './report/targets.js';
import { writePage, writeResult } from './report/write.js';
import { compilePeers } from './runner/compile.js';
import { environment } from './runner/machine.js';
import { parseOptions, USAGE } from './runner/options.js';
import { choosePeers, describePeer, peersFor } from './runner/peers.js';
import { tell } from './runner/progress.js';
import { chooseWorkloads } from './runner/workloads/index.js';

const RESULTS = fileURLToPath(new URL('./results', import.meta.url));

/** A workload that is too long for all peers has some that it measures unless others are asked for. */
function peersOf(workload, chosen, asked) {
  const peers = peersFor(chosen, workload);
  return asked || workload.defaultPeers === undefined ? peers : peers.filter((peer) => workload.defaultPeers.includes(peer.name));
}

async function measure(workload, peers, options) {
  const cases = await workload.run(peers, options);
  const { name, title, better, columns } = workload;
  return {
    name,
    title,
    better,
    environment: environment(),
    peers: peers.map(describePeer),
    columns: columns.map(({ key, label }) => ({ key, label })),
    cases,
  };
}

function hasFaults({ cases }) {
  return cases.some(({ rows }) => rows.some((row) => row.faults.length > 0));
}

/** What the command line asks for, or `null` where it is wrong or asks for help. */
function asked() {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (!options.help) return { options, workloads: chooseWorkloads(options.workloads), chosen: choosePeers(options.peers) };
    console.log(USAGE);
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  }
  return null;
}

async function main({ options, workloads, chosen }) {
  const folder = options.out ?? RESULTS;
  compilePeers();
  if (!environment().pinned) tell('taskset or a second core is missing: processes are not pinned, ratios are less certain.');

  const results = [];
  for (const workload of workloads) {
    const result = await measure(workload, peersOf(workload, chosen, options.peers.length > 0), options);
    await writeResult(folder, result, workload);
    results.push(result);
  }
  await writePage(folder);
  for (const { title, to, wanted, ratio, reached } of checkTargets(results)) {
    tell(`${reached ? 'reached' : 'MISSED '}  ${title}, to ${to}: ${ratio.toFixed(2)} (wanted ${wanted})`);
  }
  tell(`Results are in ${folder}.`);
  if (results.some(hasFaults)) process.exitCode = 1;
}

const wanted = asked();
if (wanted !== null) await main(wanted);
