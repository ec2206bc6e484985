import 'reflect-metadata';
import { readEnvironment } from '#libs/config';
import { createLogger, runProcess } from '#libs/observability';
import { createSettingsApi } from './settings-api.ts';

await runProcess('settings-api', async () => {
  const environment = readEnvironment();
  const logger = createLogger('settings-api', environment.LOG_LEVEL);
  const api = await createSettingsApi(environment, { logger });
  logger.info({ url: api.url }, 'The API is running');
  return { logger, close: async () => await api.close() };
});
