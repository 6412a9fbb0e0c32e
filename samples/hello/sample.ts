import type { Sample } from '../shared/sample.js';
import { HelloHandler } from './hello-handler.js';

export const hello: Sample = { name: 'hello', handlers: [HelloHandler] };
