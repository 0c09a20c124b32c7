import type { Asked } from '../asked.ts';
import { type Finding, judged, ok, wrong } from '../finding.ts';

/** What GET /health answered: its status, or why there was no answer. */
export type HealthFacts =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'silent'; readonly why: string };

export const checkHealth = (url: string, asked: Asked<HealthFacts>): readonly Finding[] =>
  judged('API', asked, (health) => {
    const check = 'API';
    if (health.kind === 'silent') {
      return wrong(
        check,
        `${url}/health does not answer: websites cannot post leads, links in messages lead nowhere. ${health.why}`,
        'See that its name leads to the API (DNS, certificate), and that this machine reaches the internet.',
      );
    }
    return health.status === 200
      ? ok(check, `${url} answers.`)
      : wrong(
          check,
          `${url}/health answers ${health.status}: websites cannot post leads.`,
          'See the alarm "server-errors" and the log of the function "public".',
        );
  });
