import type { AdvancedSettings } from '#libs/database';
import type { Command } from './command.ts';
import { CommandError, findApp, UsageError } from './context.ts';

function describe({ users, conversations, templates }: AdvancedSettings): string {
  return `settings of ${users} users and ${conversations} conversations, ${templates} templates`;
}

export const FEATURE_COMMANDS: readonly Command[] = [
  {
    name: 'app features',
    usage: 'app features <org/app> [on|off] [--confirm]',
    summary: 'Show or switch mode, do-not-disturb and templates of an app; off deletes them all',
    positionals: ['org/app'],
    optional: 'on|off',
    options: {},
    flags: ['confirm'],
    run: async ({ features, print, ...context }, [path = '', state], { confirm }) => {
      const { id } = await findApp({ features, print, ...context }, path);
      if (state !== undefined && state !== 'on' && state !== 'off') {
        throw new UsageError(`"${state}" is neither on nor off`);
      }
      const found = describe(await features.settings(id));
      if (state === 'off' && confirm === undefined) {
        throw new CommandError(`This would delete the ${found}; add --confirm to do it`);
      }
      if (state !== undefined) await features.set(id, state === 'on');
      if (state === 'off') print(`deleted   ${found}`);
      print(`advanced  ${(await features.isOn(id)) ? 'on' : 'off'}`);
      if (state === undefined) print(`holds     ${found}`);
    },
  },
];
