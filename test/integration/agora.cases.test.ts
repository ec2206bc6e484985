import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const CASES = Array.from({ length: 93 }, (_, index) => `case ${index + 1}`);
const DECISIONS = Array.from({ length: 67 }, (_, index) => `D${index + 1}`);
/** All that the Agora contract lists: the cases of section 8, the decisions of section 5.2. */
const LISTED = [...CASES, ...DECISIONS];

/**
 * A case at the start of a test's name, or of a row that a test is named after: the first text behind a bracket. A number
 * that is only mentioned elsewhere is no test.
 */
const NAMED = /(?<!\b(?:skip|todo|xit|xtest|failing))[([]\s*['"`](case \d+|D\d+)(?=['"`:])/g;

/** Paths of the test files below a folder. */
function testFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|\/)agora[\w.-]*\.test\.ts$/.test(file))
    .map((file) => path.join(folder, file));
}

function casesNamedIn(text: string): string[] {
  return [...text.matchAll(NAMED)].map(([, name = '']) => name);
}

/** The rows of the table of conformance cases: which case, whether it holds, and what there is to say. */
function remarks(): { name: string; holds: string; remark: string }[] {
  const [, section = ''] = readFileSync('docs/api/agora.md', 'utf8').split('\n## Conformance cases\n');
  return [...section.matchAll(/^\| (\d+|D\d+) +\| (\w+) +\| (.*\S) +\|$/gm)].map(
    ([, number = '', holds = '', remark = '']) => ({
      name: number.startsWith('D') ? number : `case ${number}`,
      holds,
      remark,
    }),
  );
}

const tested = new Set(
  ['apps', 'libs', 'test'].flatMap(testFiles).flatMap((file) => casesNamedIn(readFileSync(file, 'utf8'))),
);

describe('the conformance cases of the Agora contract', () => {
  it('are all tests by name, or excepted in docs/api/agora.md', () => {
    const excepted = new Set(remarks().flatMap(({ name, holds }) => (holds === 'untested' ? [name] : [])));
    expect(LISTED.filter((name) => !tested.has(name) && !excepted.has(name))).toEqual([]);
    expect([...excepted].filter((name) => tested.has(name))).toEqual([]);
  });

  it('are the only ones that tests are named after', () => {
    expect([...tested].filter((name) => !LISTED.includes(name))).toEqual([]);
  });

  it('stand at most once in docs/api/agora.md, in their order, and say whether they hold', () => {
    const names = remarks().map(({ name }) => name);
    expect(names.length).toBeGreaterThan(5);
    expect(names).toEqual(LISTED.filter((name) => names.includes(name)));
    expect(remarks().filter(({ holds }) => !['yes', 'partly', 'untested'].includes(holds))).toEqual([]);
  });
});

describe('finding cases in the text of a test file', () => {
  it.each([
    [`it('case 5: holds'`, ['case 5']],
    [`])('case 6: the style %j'`, ['case 6']],
    [`rows = [\n    'D6',\n    'mention'`, ['D6']],
    [`["case 22", 'all']`, ['case 22']],
    [`it.skip('case 7: later'`, []],
    [`it.todo(\n  'case 7: later'`, []],
    [`// case 8: see above`, []],
    [`it('as case 9 says'`, []],
    [`[...others, 'D66']`, []],
  ])('%j has %j', (text, cases) => {
    expect(casesNamedIn(text)).toEqual(cases);
  });
});
