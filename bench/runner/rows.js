// From the measurements of a case to its rows: the median of the rounds, and the ratio to the control row.
import { CONTROL } from './peers.js';
import { median, ratioTo } from './statistics.js';

/** The measurements of one case, by peer. */
export class Measurements {
  #byPeer = new Map();

  constructor(peers) {
    for (const peer of peers) this.#byPeer.set(peer, []);
  }

  /** `measurement` has the keys of the workload's columns, and `faults` where something went wrong. */
  add(peer, measurement) {
    this.#byPeer.get(peer).push(measurement);
  }

  /** Ratios are to the peer named `control`. */
  rows(columns, control = CONTROL) {
    const rows = [...this.#byPeer].map(([peer, rounds]) => row(peer, rounds, columns));
    const ofControl = rows.find((each) => each.peer === control);
    for (const each of rows) each.ratio = ofControl === undefined ? NaN : ratioTo(ofControl.rounds, each.rounds);
    return rows;
  }
}

/** The first column is the value of a row. */
function row(peer, rounds, columns) {
  const sound = rounds.filter((round) => !round.faults);
  const middle = (key) => median(sound.map((round) => round[key]));
  return {
    peer: peer.name,
    label: peer.label,
    value: middle(columns[0].key),
    more: Object.fromEntries(columns.slice(1).map(({ key }) => [key, middle(key)])),
    rounds: rounds.map((round) => (round.faults ? null : round[columns[0].key])),
    faults: rounds.map((round) => round.faults).filter(Boolean),
  };
}
