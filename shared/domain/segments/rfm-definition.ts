import { sameJson } from '../profiles/same-json.ts';
import type { RfmCuts, RfmSettings } from '../rules/rfm/rfm.ts';
import { rfmHistoryIssues } from './kept-history.ts';
import {
  type ChangeContext,
  type Definition,
  inUse,
  proposed,
  rebuilt,
  rfmUsers,
} from './rules-change.ts';
import type { RulesetSource } from './ruleset.ts';

/** Says what an order is; the scores are worked out anew, and the old ones serve until they are. */
export function defineRfm(
  source: RulesetSource,
  settings: RfmSettings,
  at: ChangeContext,
): Definition {
  if (sameJson(settings, source.rfm?.settings)) {
    return proposed(source, {}, { at, pass: false });
  }
  const issues = rfmHistoryIssues(settings, { source, timelineDays: at.timelineDays }, []);
  if (issues.length > 0) return { ok: false, issues };
  return recut(source, { settings, cuts: undefined }, { ...at, notify: false });
}

/**
 * New borders between the fifths of all customers, if there are any; who uses them is built anew. It tells of those whom
 * that re-labels: nobody has edited anything, and their standing among all customers has changed.
 */
export function recutRfm(
  source: RulesetSource,
  cuts: RfmCuts | undefined,
  at: ChangeContext,
): Definition {
  if (source.rfm === undefined) throw new Error('There is no RFM to cut anew.');
  return recut(source, { settings: source.rfm.settings, cuts }, { ...at, notify: true });
}

/** Nobody has scores any more, and no night looks at everybody for them; refused while a segment uses them. */
export function removeRfm(source: RulesetSource, at: ChangeContext): Definition {
  const users = rfmUsers(source);
  if (users.length > 0) return inUse(users);
  return proposed(source, { rfm: 'off' }, { at, pass: false });
}

function recut(
  source: RulesetSource,
  model: { readonly settings: RfmSettings; readonly cuts: RfmCuts | undefined },
  at: ChangeContext & { readonly notify: boolean },
): Definition {
  const version = source.revision + 1;
  const { serving } = source.rfm ?? {};
  const rfm = { ...model, cutAt: at.now, version, serving, sketched: model.cuts };
  const segments = rebuilt(rfmUsers(source), version, at);
  return proposed(source, { rfm, segments }, { at, pass: true });
}
