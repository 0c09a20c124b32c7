import type { Route } from '../../shared/runtime/http/route.ts';
import { httpFunction } from '../../shared/runtime/http-function.ts';
import { approveCampaign } from '../campaigns/approve-campaign.ts';
import { cancelCampaign } from '../campaigns/cancel-campaign.ts';
import { explainCampaign } from '../campaigns/explain-campaign.ts';
import { launchCampaign } from '../campaigns/launch-campaign.ts';
import { listCampaigns } from '../campaigns/list-campaigns.ts';
import { listRunMessages } from '../campaigns/list-run-messages.ts';
import { listRuns } from '../campaigns/list-runs.ts';
import { pauseCampaign } from '../campaigns/pause-campaign.ts';
import { preflightCampaign } from '../campaigns/preflight-campaign.ts';
import { readCampaign } from '../campaigns/read-campaign.ts';
import { resumeCampaign } from '../campaigns/resume-campaign.ts';
import { saveCampaign } from '../campaigns/save-campaign.ts';
import { verifyRun } from '../campaigns/verify-run.ts';
import { deleteComputed } from '../computed/delete-computed.ts';
import { listComputed } from '../computed/list-computed.ts';
import { readComputed } from '../computed/read-computed.ts';
import { saveComputed } from '../computed/save-computed.ts';
import { listTopics } from '../consent/list-topics.ts';
import { readTopic } from '../consent/read-topic.ts';
import { saveTopic } from '../consent/save-topic.ts';
import { listSuppressions } from '../deliverability/list-suppressions.ts';
import { addToStaticList } from '../lists/add-to-static-list.ts';
import { deleteStaticList } from '../lists/delete-static-list.ts';
import { listStaticListMembers } from '../lists/list-static-list-members.ts';
import { listStaticLists } from '../lists/list-static-lists.ts';
import { readStaticList } from '../lists/read-static-list.ts';
import { removeFromStaticList } from '../lists/remove-from-static-list.ts';
import { saveStaticList } from '../lists/save-static-list.ts';
import { readMessage } from '../messaging/read-message.ts';
import { readSendingPolicy } from '../messaging/read-sending-policy.ts';
import { saveSendingPolicy } from '../messaging/save-sending-policy.ts';
import { findProfile } from '../profiles/find-profile.ts';
import { readProfile } from '../profiles/read-profile.ts';
import { readTimeline } from '../profiles/read-timeline.ts';
import { reportCampaign } from '../reporting/report-campaign.ts';
import { deleteRfm } from '../rfm/delete-rfm.ts';
import { readRfm } from '../rfm/read-rfm.ts';
import { saveRfm } from '../rfm/save-rfm.ts';
import { deleteSegment } from '../segments/delete-segment.ts';
import { explainSegment } from '../segments/explain-segment.ts';
import { listMembers } from '../segments/list-members.ts';
import { listSegments } from '../segments/list-segments.ts';
import { listSizes } from '../segments/list-sizes.ts';
import { previewSegment } from '../segments/preview-segment.ts';
import { readSegment } from '../segments/read-segment.ts';
import { saveSegment } from '../segments/save-segment.ts';
import { listTemplateVersions } from '../templates/list-template-versions.ts';
import { listTemplates } from '../templates/list-templates.ts';
import { previewTemplate } from '../templates/preview-template.ts';
import { readTemplate } from '../templates/read-template.ts';
import { readTemplateVersion } from '../templates/read-template-version.ts';
import { saveTemplate } from '../templates/save-template.ts';
import { sendTest } from '../templates/send-test.ts';
import { listQuarantine } from '../tracking/list-quarantine.ts';
import { listSources } from '../tracking/list-sources.ts';
import { makeSourceKey } from '../tracking/make-source-key.ts';
import { readSource } from '../tracking/read-source.ts';
import { replayQuarantined } from '../tracking/replay-quarantined.ts';
import { revokeSourceKey } from '../tracking/revoke-source-key.ts';
import { saveSource } from '../tracking/save-source.ts';
import { deleteWebhook } from '../webhooks/delete-webhook.ts';
import { listWebhooks } from '../webhooks/list-webhooks.ts';
import { makeWebhookKey } from '../webhooks/make-webhook-key.ts';
import { readWebhook } from '../webhooks/read-webhook.ts';
import { saveWebhook } from '../webhooks/save-webhook.ts';
import { describeApi } from './describe-api.ts';
import { publicRoutes } from './public.ts';

/** Everything a marketer does. */
const adminRoutes: readonly Route[] = [
  saveSource,
  readSource,
  listSources,
  makeSourceKey,
  revokeSourceKey,
  saveTopic,
  readTopic,
  listTopics,
  findProfile,
  readProfile,
  readTimeline,
  saveSegment,
  readSegment,
  listSegments,
  deleteSegment,
  previewSegment,
  explainSegment,
  listMembers,
  listSizes,
  saveComputed,
  readComputed,
  listComputed,
  deleteComputed,
  saveRfm,
  readRfm,
  deleteRfm,
  saveStaticList,
  readStaticList,
  listStaticLists,
  deleteStaticList,
  addToStaticList,
  removeFromStaticList,
  listStaticListMembers,
  saveTemplate,
  readTemplate,
  listTemplates,
  listTemplateVersions,
  readTemplateVersion,
  previewTemplate,
  sendTest,
  saveWebhook,
  readWebhook,
  listWebhooks,
  deleteWebhook,
  makeWebhookKey,
  saveSendingPolicy,
  readSendingPolicy,
  saveCampaign,
  readCampaign,
  listCampaigns,
  preflightCampaign,
  explainCampaign,
  approveCampaign,
  launchCampaign,
  pauseCampaign,
  resumeCampaign,
  cancelCampaign,
  listRuns,
  listRunMessages,
  verifyRun,
  readMessage,
  reportCampaign,
  listSuppressions,
  listQuarantine,
  replayQuarantined,
  describeApi(() => [...publicRoutes, ...adminRoutes]),
];

export const handler = httpFunction(adminRoutes);
