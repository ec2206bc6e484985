import type { Outcome } from '#libs/contracts';

/** The notification cannot be made small enough: without any text it is still so large. */
export interface TooLarge {
  kind: 'too_large';
  size: number;
  /** What the vendor's limit counts. */
  unit: 'bytes' | 'characters' | 'pairs';
}

/** Why nothing can be sent of a notification: what rendering gives in place of a payload. */
export type Unsendable =
  | TooLarge
  /** Title and body are blank, and the vendor wants both. */
  | { kind: 'empty_text' }
  /** It shall show nothing, and the vendor has no message that does not show. */
  | { kind: 'background_unsupported' };

/** What is reported of every target then. */
export function outcomeOfUnsendable(unsendable: Unsendable): Outcome {
  switch (unsendable.kind) {
    case 'too_large': {
      const { size, unit } = unsendable;
      return { kind: 'rejected', code: 'payload_too_large', detail: `${size} ${unit} without texts` };
    }
    case 'empty_text':
      return { kind: 'rejected', code: 'empty_text', detail: 'title and body are blank' };
    case 'background_unsupported':
      return { kind: 'rejected', code: 'background_unsupported', detail: 'this vendor shows every push' };
  }
}
