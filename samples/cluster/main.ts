import { freePort, portOf } from '../shared/ports.js';
import { Cluster } from './cluster.js';

/**
 * The chat on two nodes behind one broker, until SIGTERM or SIGINT. `BUS` is the address of a broker; where there is none, one is started, `BROKER=redis`
 * or `BROKER=nats` if both are installed. The nodes listen on `PORT`, or 8080, and the port after it; on free ones for 0.
 */
const { BUS, BROKER, PORT } = process.env;
const port = portOf(PORT);
const ports = port === 0 ? [await freePort(), await freePort()] : [port, port + 1];
const cluster = new Cluster({ bus: BUS || undefined, broker: BROKER || undefined, ports });
// Whoever runs this may pass on a signal that the terminal has sent already, so the second is no reason to hurry.
process.on('SIGTERM', () => cluster.stop());
process.on('SIGINT', () => cluster.stop());
await cluster.start().catch(cluster.fail);
