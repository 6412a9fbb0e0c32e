import 'reflect-metadata';
import { run } from '../shared/run.js';
import { prices } from './sample.js';

await run([prices]);
