import 'reflect-metadata';
import { readEnvironment } from '#libs/config';
import { runWorker } from '#libs/observability';
import { startSender } from './sender.ts';

await runWorker('sender', readEnvironment, startSender);
