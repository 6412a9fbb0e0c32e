import 'reflect-metadata';
import { run } from '../shared/run.js';
import { chat } from './sample.js';

await run([chat]);
