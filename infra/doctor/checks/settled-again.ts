import type { CampaignState } from '../../../shared/domain/campaigns/campaign.ts';
import { command } from '../finding.ts';

/**
 * What a campaign needs to start is made anew when its state is settled again: by asking once more for the
 * state that it is in, which changes nothing else. To pause and resume it would start what somebody holds.
 */
export function settledAgain(
  { id, state }: { readonly id: string; readonly state: CampaignState },
  { what, url }: { readonly what: string; readonly url: string },
): string {
  const [words, action] =
    state === 'paused'
      ? [`Pause "${id}" once more: it stays paused, and ${what} is made anew`, 'pause']
      : [`Launch "${id}" once more: it goes on as it is, and ${what} is made anew`, 'launch'];
  return command(
    `${words} (the admin API, with a token in $TOKEN):`,
    `curl -fsS -X POST ${url}/admin/campaigns/${id}/${action} -H "authorization: Bearer $TOKEN"`,
  );
}
