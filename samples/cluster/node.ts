import 'reflect-metadata';
import { chat } from '../chat/sample.js';
import { run } from '../shared/run.js';
import { busAt } from './bus.js';

/** One node of the chat. More of them join by hand: `BUS=redis://localhost:6379 NODE_NAME="node C" PORT=8082 node dist-samples/cluster/node.js`. */
const { BUS, NODE_TIMEOUT } = process.env;
await run([chat], await busAt(BUS, NODE_TIMEOUT === undefined ? undefined : Number(NODE_TIMEOUT)));
