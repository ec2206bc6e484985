import { z } from 'zod';

const flag = z.union([z.literal(0), z.literal(1)]);
const text = z.string().max(4_096);

/**
 * Tencent's OfflinePushInfo (Tencent contract section 2). Its field names are the wire's. Fields of vendors are
 * kept as sent: each vendor's render reads its own.
 */
export const offlinePushInfoSchema = z.strictObject({
  /** 0 push, 1 no offline push. */
  PushFlag: flag.optional(),
  Title: text.optional(),
  Desc: text.optional(),
  Ext: text.optional(),
  AndroidInfo: z.record(z.string(), z.json()).optional(),
  ApnsInfo: z
    .looseObject({
      Sound: text.optional(),
      BadgeMode: flag.optional(),
      Title: text.optional(),
      SubTitle: text.optional(),
      Image: text.optional(),
      MutableContent: flag.optional(),
      InterruptionLevel: z.enum(['active', 'critical', 'passive', 'time-sensitive']).optional(),
      ContentAvailable: flag.optional(),
    })
    .optional(),
  HarmonyInfo: z.record(z.string(), z.json()).optional(),
  MultiLanguageContent: z
    .array(z.strictObject({ Language: z.string().min(1).max(64), Title: text.optional(), Desc: text.optional() }))
    .max(100)
    .optional(),
  BadgeAddNum: z.int().min(1).max(99).optional(),
  BadgeSetNum: z.int().min(0).max(999).optional(),
});

export type OfflinePushInfo = z.output<typeof offlinePushInfoSchema>;
