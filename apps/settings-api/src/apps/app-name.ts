import { z } from 'zod';

/** Begins paths that name an app by its id (Agora contract section 1.1). */
export const APP_ID_PREFIX = 'app-id';

/** First path segments that are not organizations: our pages, and paths by app id. */
const RESERVED_ORGANIZATIONS = ['docs', APP_ID_PREFIX];

/** The name of an organization or application, as it stands in URLs. */
export const appNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . - and start with a letter or digit');

/** `organization/application`. */
export const appPathSchema = z.string().transform((text, context) => {
  const [organization, name, ...rest] = text.split('/').map((part) => appNameSchema.safeParse(part));
  if (organization?.success !== true || name?.success !== true || rest.length > 0) {
    context.addIssue({ code: 'custom', message: 'must be <organization>/<application>, each of A-Z a-z 0-9 _ . -' });
    return z.NEVER;
  }
  if (RESERVED_ORGANIZATIONS.includes(organization.data)) {
    context.addIssue({ code: 'custom', message: `cannot be under "${organization.data}": that path is taken` });
    return z.NEVER;
  }
  return { organization: organization.data, name: name.data };
});
