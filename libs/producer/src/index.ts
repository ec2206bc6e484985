/**
 * How message events get in: {@link createProducer} for a chat server's own process, {@link Intake} inside the API. Durable
 * in Postgres first, on the queue second. Needs no Nest.
 */
export { createProducer } from './producer.ts';
export type { Producer, ProducerOptions, Sent } from './producer.ts';
export { Intake } from './intake.ts';
export type { IntakePorts } from './intake.ts';
