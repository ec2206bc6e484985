/** A language code in the form in which codes are compared: case and kind of dash do not count. */
export function normaliseLanguage(code: string): string {
  return code.toLowerCase().replaceAll('_', '-');
}

function primary(code: string): string {
  return code.split('-', 1)[0] ?? code;
}

/**
 * Index of the language among `offered` (normalised codes) that serves `wanted`, or -1: the same code, else its primary
 * part (`zh` for `zh-Hans`), else any of its varieties (`zh-Hans` for `zh`). The documents leave the comparison open;
 * this is our choice (Agora contract section 6.4).
 */
export function matchLanguage(wanted: string | null | undefined, offered: readonly string[]): number {
  if (wanted === null || wanted === undefined || wanted === '' || offered.length === 0) {
    return -1;
  }
  const target = normaliseLanguage(wanted);
  const exact = offered.indexOf(target);
  if (exact !== -1) {
    return exact;
  }
  const general = offered.indexOf(primary(target));
  return general !== -1 ? general : offered.findIndex((code) => primary(code) === target);
}
