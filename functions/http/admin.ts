import type { Route } from '../../shared/runtime/http/route.ts';
import { httpFunction } from '../../shared/runtime/http-function.ts';
import { cancelCampaign } from '../campaigns/cancel-campaign.ts';
import { getCampaignRoute } from '../campaigns/get-campaign.ts';
import { launchCampaign } from '../campaigns/launch-campaign.ts';
import { listCampaignsRoute } from '../campaigns/list-campaigns.ts';
import { listRunMessages } from '../campaigns/list-run-messages.ts';
import { listRuns } from '../campaigns/list-runs.ts';
import { pauseCampaign } from '../campaigns/pause-campaign.ts';
import { putCampaign } from '../campaigns/put-campaign.ts';
import { resumeCampaign } from '../campaigns/resume-campaign.ts';
import { listTopics, readTopic, saveTopic } from '../consent/manage-topics.ts';
import { listSuppressions } from '../deliverability/list-suppressions.ts';
import { findProfile, readProfile, readTimeline } from '../profiles/read-profile.ts';
import { campaignReport } from '../reporting/campaign-report.ts';
import { deleteSegment } from '../segments/delete-segment.ts';
import { listMembers } from '../segments/list-members.ts';
import { listSegments, readSegment } from '../segments/read-segment.ts';
import { saveSegment } from '../segments/save-segment.ts';
import { listTemplates } from '../templates/list-templates.ts';
import { previewTemplate } from '../templates/preview-template.ts';
import { readTemplate } from '../templates/read-template.ts';
import { saveTemplate } from '../templates/save-template.ts';
import { listQuarantine, replayQuarantined } from '../tracking/manage-quarantine.ts';
import {
  listSources,
  makeSourceKey,
  readSource,
  revokeSourceKey,
  saveSource,
} from '../tracking/manage-sources.ts';
import { openApi } from './openapi.ts';
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
  listMembers,
  saveTemplate,
  readTemplate,
  listTemplates,
  previewTemplate,
  putCampaign,
  getCampaignRoute,
  listCampaignsRoute,
  launchCampaign,
  pauseCampaign,
  resumeCampaign,
  cancelCampaign,
  listRuns,
  listRunMessages,
  campaignReport,
  listSuppressions,
  listQuarantine,
  replayQuarantined,
  openApi(() => [...publicRoutes, ...adminRoutes]),
];

export const handler = httpFunction(adminRoutes);
