import { allRoutes, type RouteGroups } from '../../shared/runtime/http/route-groups.ts';
import { describeApi } from './describe-api.ts';

/**
 * Everything a marketer does, by the word after `/admin/`. A request loads the routes of its own word:
 * all of them, with what they use, would be half of every cold start.
 */
export const adminRoutes: RouteGroups = {
  sources: [
    async () => (await import('../tracking/save-source.ts')).saveSource,
    async () => (await import('../tracking/read-source.ts')).readSource,
    async () => (await import('../tracking/list-sources.ts')).listSources,
    async () => (await import('../tracking/make-source-key.ts')).makeSourceKey,
    async () => (await import('../tracking/revoke-source-key.ts')).revokeSourceKey,
  ],
  topics: [
    async () => (await import('../consent/save-topic.ts')).saveTopic,
    async () => (await import('../consent/read-topic.ts')).readTopic,
    async () => (await import('../consent/list-topics.ts')).listTopics,
  ],
  profiles: [
    async () => (await import('../profiles/find-profile.ts')).findProfile,
    async () => (await import('../profiles/read-profile.ts')).readProfile,
    async () => (await import('../profiles/read-timeline.ts')).readTimeline,
  ],
  segments: [
    async () => (await import('../segments/save-segment.ts')).saveSegment,
    async () => (await import('../segments/read-segment.ts')).readSegment,
    async () => (await import('../segments/list-segments.ts')).listSegments,
    async () => (await import('../segments/delete-segment.ts')).deleteSegment,
    async () => (await import('../segments/preview-segment.ts')).previewSegment,
    async () => (await import('../segments/explain-segment.ts')).explainSegment,
    async () => (await import('../segments/list-members.ts')).listMembers,
    async () => (await import('../segments/list-sizes.ts')).listSizes,
  ],
  computed: [
    async () => (await import('../computed/save-computed.ts')).saveComputed,
    async () => (await import('../computed/read-computed.ts')).readComputed,
    async () => (await import('../computed/list-computed.ts')).listComputed,
    async () => (await import('../computed/delete-computed.ts')).deleteComputed,
  ],
  rfm: [
    async () => (await import('../rfm/save-rfm.ts')).saveRfm,
    async () => (await import('../rfm/read-rfm.ts')).readRfm,
    async () => (await import('../rfm/delete-rfm.ts')).deleteRfm,
  ],
  lists: [
    async () => (await import('../lists/save-static-list.ts')).saveStaticList,
    async () => (await import('../lists/read-static-list.ts')).readStaticList,
    async () => (await import('../lists/list-static-lists.ts')).listStaticLists,
    async () => (await import('../lists/delete-static-list.ts')).deleteStaticList,
    async () => (await import('../lists/add-to-static-list.ts')).addToStaticList,
    async () => (await import('../lists/remove-from-static-list.ts')).removeFromStaticList,
    async () => (await import('../lists/list-static-list-members.ts')).listStaticListMembers,
  ],
  templates: [
    async () => (await import('../templates/save-template.ts')).saveTemplate,
    async () => (await import('../templates/read-template.ts')).readTemplate,
    async () => (await import('../templates/list-templates.ts')).listTemplates,
    async () => (await import('../templates/list-template-versions.ts')).listTemplateVersions,
    async () => (await import('../templates/read-template-version.ts')).readTemplateVersion,
    async () => (await import('../templates/preview-template.ts')).previewTemplate,
    async () => (await import('../templates/send-test.ts')).sendTest,
  ],
  webhooks: [
    async () => (await import('../webhooks/save-webhook.ts')).saveWebhook,
    async () => (await import('../webhooks/read-webhook.ts')).readWebhook,
    async () => (await import('../webhooks/list-webhooks.ts')).listWebhooks,
    async () => (await import('../webhooks/delete-webhook.ts')).deleteWebhook,
    async () => (await import('../webhooks/make-webhook-key.ts')).makeWebhookKey,
  ],
  'sending-policy': [
    async () => (await import('../messaging/save-sending-policy.ts')).saveSendingPolicy,
    async () => (await import('../messaging/read-sending-policy.ts')).readSendingPolicy,
  ],
  campaigns: [
    async () => (await import('../campaigns/save-campaign.ts')).saveCampaign,
    async () => (await import('../campaigns/read-campaign.ts')).readCampaign,
    async () => (await import('../campaigns/list-campaigns.ts')).listCampaigns,
    async () => (await import('../campaigns/preflight-campaign.ts')).preflightCampaign,
    async () => (await import('../campaigns/approve-campaign.ts')).approveCampaign,
    async () => (await import('../campaigns/launch-campaign.ts')).launchCampaign,
    async () => (await import('../campaigns/pause-campaign.ts')).pauseCampaign,
    async () => (await import('../campaigns/resume-campaign.ts')).resumeCampaign,
    async () => (await import('../campaigns/cancel-campaign.ts')).cancelCampaign,
    async () => (await import('../campaigns/list-runs.ts')).listRuns,
    async () => (await import('../reporting/report-campaign.ts')).reportCampaign,
  ],
  explain: [async () => (await import('../campaigns/explain-campaign.ts')).explainCampaign],
  runs: [
    async () => (await import('../campaigns/list-run-messages.ts')).listRunMessages,
    async () => (await import('../campaigns/verify-run.ts')).verifyRun,
  ],
  messages: [async () => (await import('../messaging/read-message.ts')).readMessage],
  suppressions: [
    async () => (await import('../deliverability/list-suppressions.ts')).listSuppressions,
  ],
  quarantine: [
    async () => (await import('../tracking/list-quarantine.ts')).listQuarantine,
    async () => (await import('../tracking/replay-quarantined.ts')).replayQuarantined,
  ],
  'openapi.json': [
    async () =>
      describeApi(async () => [
        ...(await import('./public-routes.ts')).publicRoutes,
        ...(await allRoutes(adminRoutes)),
      ]),
  ],
};
