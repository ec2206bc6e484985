import { describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.ts';

/** The lines that a logger writes while `work` runs. */
function logged(work: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  work(createLogger('test', 'debug', { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('createLogger', () => {
  it('keeps the message, code and causes of an error', () => {
    const cause = Object.assign(new Error('inner'), { code: '22021' });
    const [line] = logged((logger) => logger.error({ err: new Error('outer', { cause }) }, 'It failed'));
    expect(line).toMatchObject({
      app: 'test',
      msg: 'It failed',
      err: { message: 'outer', cause: { message: 'inner', code: '22021' } },
    });
  });

  it('leaves out what database drivers hang on their errors', () => {
    const error = Object.assign(new Error('x'), {
      parameters: ['secret'],
      detail: 'Key (token)=(secret)',
      client: { password: 'secret' },
    });
    expect(JSON.stringify(logged((logger) => logger.error({ err: error }, 'It failed')))).not.toContain('secret');
  });

  it('says no more of what is no error than its type', () => {
    expect(logged((logger) => logger.error({ err: 'secret' }, 'It failed'))[0]?.['err']).toEqual({ type: 'string' });
  });
});
