// The load process: opens connections to one peer and drives one kind of load, as the runner asks over the IPC channel.
import { ChurnLoad } from './load/churn.js';
import { EchoLoad } from './load/echo.js';
import { FanoutLoad } from './load/fanout.js';
import { Faults } from './load/faults.js';
import { IdleLoad } from './load/idle.js';
import { PROTOCOLS } from './load/protocols.js';
import { verifyEcho, verifyFanout } from './load/verify.js';
import { serveRequests } from './runner/channel.js';

const LOADS = { echo: EchoLoad, fanout: FanoutLoad, churn: ChurnLoad, idle: IdleLoad };

let target;
let load;

serveRequests({
  aim({ protocol, ...where }) {
    target = {
      ...where,
      port: where.ports[0],
      protocol: PROTOCOLS[protocol],
      path: PROTOCOLS[protocol].path,
      faults: new Faults(),
    };
  },
  verifyEcho: (options) => verifyEcho(target, options),
  verifyFanout: (options) => verifyFanout(target, options),
  open({ kind, ...options }) {
    load = new LOADS[kind](target);
    return load.open(options);
  },
  run: (options) => load.run(options),
  cycles: (options) => load.cycles(options),
  leave: () => load.leave(),
  close() {
    load.close();
  },
});
