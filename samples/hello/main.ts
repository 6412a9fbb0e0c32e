import 'reflect-metadata';
import { run } from '../shared/run.js';
import { hello } from './sample.js';

await run([hello]);
