import type { Sample } from '../shared/sample.js';
import { ChatHandler } from './chat-handler.js';

export const chat: Sample = { name: 'chat', handlers: [ChatHandler] };
