import type { FactsStore, LabelName } from '#libs/database';
import type { Call } from '../http/call.ts';

/** A label's name with how the app compares such names. */
export async function labelName(facts: Pick<FactsStore, 'policy'>, call: Call, name: string): Promise<LabelName> {
  const policy = await facts.policy(call.app.id);
  return { name, exact: policy?.labelCase === 'sensitive' };
}
