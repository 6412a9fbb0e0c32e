// The command line of run.js.
import { parseArgs } from 'node:util';

export const USAGE = `node bench/run.js [options]

  --workload <name>   measure only this workload; may be repeated, or several with commas
  --peer <name>       measure only this peer (and the control, bare ws); likewise
  --rounds <n>        rounds, 3 by default
  --seconds <s>       measured seconds of each measurement, instead of the workload's own
  --subscribers <n>   subscribers in all of the workload cluster, 10,000 by default
  --out <folder>      where results go, bench/results by default
  --help              this text`;

const list = (values) => (values ?? []).flatMap((value) => value.split(',')).filter(Boolean);

function positive(name, text) {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name} must be a number above 0, not ${text}.`);
  return number;
}

export function parseOptions(commandLine) {
  const { values } = parseArgs({
    args: commandLine,
    options: {
      workload: { type: 'string', multiple: true },
      peer: { type: 'string', multiple: true },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string' },
      subscribers: { type: 'string', default: '10000' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    help: values.help,
    workloads: list(values.workload),
    peers: list(values.peer),
    rounds: Math.ceil(positive('rounds', values.rounds)),
    seconds: values.seconds === undefined ? null : positive('seconds', values.seconds),
    subscribers: Math.ceil(positive('subscribers', values.subscribers)),
    out: values.out ?? null,
  };
}
