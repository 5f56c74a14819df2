import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { mayPass } from '../access/caller.ts';
import type { CampaignRecord } from '../campaigns/campaign.ts';
import { toCampaign } from '../campaigns/campaign.ts';
import { contactCsv, readContacts } from '../campaigns/contact-rows.ts';
import {
  CAMPAIGN_ID_PATTERN,
  type CampaignInput,
  CampaignInputSchema,
  CampaignSchema,
  CampaignsSchema,
  ContactSchema,
  type ContactsSaved,
  ContactsSavedSchema,
  ContactsSchema,
  type ProgressQuery,
  ProgressQuerySchema,
  ProgressSchema,
} from '../contract/campaign.ts';
import { toCityIso } from '../contract/time.ts';
import { badParameter, ProblemError } from '../errors.ts';
import { parseRfc3339 } from '../ingest/validate.ts';
import type { Services } from '../services.ts';
import { bodyCheck } from './body-check.ts';
import { asOf, smallestCount } from './coverage.ts';

/** The largest list of contacts, bytes. */
const MAX_FILE_BYTES = 1024 * 1024;

const IdParams = Type.Object({ id: Type.String({ pattern: CAMPAIGN_ID_PATTERN }) });
type ById = { Params: { id: string } };

/** `/api/v1/campaigns`, one of them, who answers for its wards, and its progress. */
export async function campaignRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser(
    'text/csv',
    { parseAs: 'buffer', bodyLimit: MAX_FILE_BYTES },
    (_request, body, done) => done(null, body),
  );
  readRoutes(app, services);
  writeRoutes(app, services);
  contactRoutes(app, services);
}

function readRoutes(app: FastifyInstance, services: Services): void {
  app.get(
    '/api/v1/campaigns',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['campaigns'],
        summary: 'Campaigns, newest first; below leader the public one only',
        response: { 200: CampaignsSchema },
      },
    },
    async ({ caller }) => ({
      campaigns: services.campaigns.book.all
        .filter((campaign) => campaign.public || mayPass(caller, 'leader'))
        .map((campaign) => toCampaign(campaign, Date.now())),
    }),
  );

  app.get<ById>(
    '/api/v1/campaigns/:id',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['campaigns'],
        summary: 'One campaign',
        params: IdParams,
        response: { 200: CampaignSchema },
      },
    },
    async (request) => toCampaign(campaignFor(services, request), Date.now()),
  );

  app.get<ById & { Querystring: ProgressQuery }>(
    '/api/v1/campaigns/:id/progress',
    {
      config: { door: 'viewer' },
      schema: {
        tags: ['campaigns'],
        summary: 'A campaign against its target and against past weeks',
        description:
          'expected_now: target × the mean share of their final figure that the same weekdays and hours of up to 8 past windows of equal length had reached at this point (of learners and wards: of their cumulative curves). projection: 90 % interval from how these windows went on, with how often it would have held. final: from past reporting delays. Areas are ranked by share of their target; those whose 95 % intervals overlap share a rank.',
        params: IdParams,
        querystring: ProgressQuerySchema,
        response: { 200: ProgressSchema },
      },
    },
    async (request) => {
      const campaign = campaignFor(services, request);
      const { level = 'ward', measure, as_of } = request.query;
      const as_of_ms = as_of === undefined ? undefined : parseTime(as_of);
      await services.caughtUp();
      const { live } = services;
      const progress = await services.campaigns.progress(
        campaign,
        {
          ...{ level, measure, k: smallestCount(services, request.caller) },
          contacts: mayPass(request.caller, 'leader'),
          ...(as_of_ms === undefined ? {} : { as_of_ms }),
        },
        { as_of_ms: live.as_of_ms, now: Date.now(), version: live.versionBefore(campaign.to_ms) },
      );
      const times = as_of_ms === undefined ? asOf(services) : { as_of: toCityIso(as_of_ms), lag_ms: 0 };
      return { ...times, ...progress };
    },
  );
}

function writeRoutes(app: FastifyInstance, services: Services): void {
  app.put<ById & { Body: CampaignInput }>(
    '/api/v1/campaigns/:id',
    {
      config: { door: 'planner' },
      schema: {
        tags: ['campaigns'],
        summary: 'Save a campaign, new or anew',
        description:
          'Targets of wards that are not given are their share of the rest of the city’s target by residents. One campaign can be public.',
        params: IdParams,
        body: CampaignInputSchema,
        response: { 200: CampaignSchema },
      },
      validatorCompiler: ({ schema }) => bodyCheck(schema as never),
    },
    async ({ params, body, caller }) => {
      const record = await services.campaigns.put(params.id, body, caller.key_id, Date.now());
      await services.campaignsChanged();
      return toCampaign(record, Date.now());
    },
  );

  app.delete<ById>(
    '/api/v1/campaigns/:id',
    {
      config: { door: 'planner' },
      schema: {
        tags: ['campaigns'],
        summary: 'Take a campaign off; its events stay',
        params: IdParams,
        response: { 204: Type.Null({ description: 'It is gone' }) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!(await services.campaigns.book.remove(id, request.caller.key_id))) throw notFound(id);
      await services.campaignsChanged();
      return reply.code(204).send();
    },
  );
}

function contactRoutes(app: FastifyInstance, services: Services): void {
  app.get<ById>(
    '/api/v1/campaigns/:id/contacts',
    {
      config: { door: 'leader' },
      schema: {
        tags: ['campaigns'],
        summary: 'Who answers for each ward: personal data of officials',
        params: IdParams,
        response: { 200: ContactsSchema },
      },
    },
    async (request) => {
      const { id } = campaignFor(services, request);
      return { contacts: [...services.campaigns.book.contacts(id).values()] };
    },
  );

  app.put<ById & { Body: unknown }>(
    '/api/v1/campaigns/:id/contacts',
    {
      config: { door: 'planner' },
      bodyLimit: MAX_FILE_BYTES,
      schema: {
        tags: ['campaigns'],
        summary: 'Set who answers for some wards',
        description:
          'A JSON array, or CSV (text/csv) with the columns ward, name, telephone. The wards named are replaced, those without name and telephone are cleared, the others stay. A row that is wrong is reported and costs no other.',
        consumes: ['application/json', 'text/csv'],
        params: IdParams,
        body: {
          content: {
            'application/json': { schema: Type.Array(ContactSchema) },
            'text/csv': { schema: Type.String({ description: 'ward,name,telephone' }) },
          },
        },
        response: { 200: ContactsSavedSchema },
      },
      validatorCompiler: () => () => true,
    },
    async (request): Promise<ContactsSaved> => {
      const { id } = campaignFor(services, request);
      const { body } = request;
      const rows = Buffer.isBuffer(body) ? contactCsv(body) : body;
      if (!Array.isArray(rows))
        throw badParameter('body', typeof rows, 'a JSON array of contacts, or text/csv');
      const { contacts, rejected } = readContacts(rows, services.geography);
      await services.campaigns.book.putContacts(id, contacts);
      const removed = contacts.filter(({ name, telephone }) => name === '' && telephone === '').length;
      return { saved: contacts.length - removed, removed, rejected };
    },
  );
}

/** The campaign of a request. Throws 404 where there is none, or none that this caller may know of. */
function campaignFor(
  { campaigns }: Services,
  { params, caller }: Pick<FastifyRequest<ById>, 'params' | 'caller'>,
): CampaignRecord {
  const campaign = campaigns.book.get(params.id);
  if (!campaign || !(campaign.public || mayPass(caller, 'leader'))) throw notFound(params.id);
  return campaign;
}

function notFound(id: string): ProblemError {
  return new ProblemError(404, 'not-found', `There is no campaign "${id}".`);
}

function parseTime(text: string): number {
  const ms = parseRfc3339(text.replace(/ (?=\d{2}:\d{2}$)/, '+'));
  if (Number.isNaN(ms))
    throw badParameter('as_of', text, 'RFC 3339 with an offset, e.g. 2026-11-20T09:15:00+07:00');
  return ms;
}
