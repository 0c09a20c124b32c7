import * as z from 'zod';

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/**
 * The tests of a report of the test runner (JSON) that have neither passed nor failed, by name: a skipped
 * contract is a contract that nobody has kept.
 */
export function skippedTests(report: string): readonly string[] {
  const { testResults } = reportSchema.parse(JSON.parse(report));
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'passed' && status !== 'failed')
    .map(({ fullName }) => fullName);
}
