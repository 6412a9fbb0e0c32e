// Connections that come, echo one message and go.
import { alternate } from '../alternate.js';
import { RATE_COLUMNS } from '../columns.js';
import { perSecond } from '../format.js';

const LANES = 64;

export const churn = {
  name: 'churn',
  title: `Connect, upgrade, echo 64 B, close: ${LANES} at a time`,
  program: 'echo',
  better: 'higher',
  seconds: 0.8,
  columns: RATE_COLUMNS,
  format: perSecond,
  cases: [{ key: 'churn', title: 'whole connections', options: {} }],
  // The load compares every echo; there is nothing that a verified phase could add.
  async prepare({ load }) {
    await load.requests.ask('open', { kind: 'churn', lanes: LANES });
    return { faults: null };
  },
  run: (peers, settings) => alternate(churn, peers, settings),
};
