// Prints jest's result as the one line that CI reads, and fails when anything did.
// Arguments: jest's JSON report, the exit codes of the check and of the tests.
import { readFileSync } from 'node:fs';

const [reportFile, checkCode, testCode] = process.argv.slice(2);
const report = read(reportFile);

// A suite that cannot be loaded has no tests to count; neither has a run that ended before its report.
const failedTests = report.numFailedTests + report.numRuntimeErrorTestSuites;
const unexplained = testCode !== '0' && failedTests === 0 ? 1 : 0;
const failed = failedTests + unexplained + (checkCode === '0' ? 0 : 1);
const skipped = report.numPendingTests + report.numTodoTests;

if (checkCode !== '0') console.log('npm run check failed; see above.');
if (unexplained > 0) console.log('The test run failed as a whole; see above.');
console.log(`${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 0, numPendingTests: 0, numTodoTests: 0 };
  }
}
