import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Caller } from '../access/caller.ts';
import { UUID_PATTERN } from '../contract/event.ts';
import { badParameter } from '../errors.ts';
import { maskFor } from '../ingest/mask-ids.ts';
import { voidEvent } from '../ingest/void.ts';
import type { Services } from '../services.ts';

const UUID = new RegExp(UUID_PATTERN);
const MOST_CHARACTERS = 500;
const NOBODY = maskFor(undefined);

/** `POST /api/v1/events/EVENT_ID/void`: withdraws one event. */
export async function voidRoutes(app: FastifyInstance, { services }: { services: Services }): Promise<void> {
  app.post<{ Params: { event_id: string }; Body: unknown }>(
    '/api/v1/events/:event_id/void',
    {
      config: { door: 'ingest' },
      schema: {
        tags: ['events'],
        summary: 'Withdraw an event',
        description:
          'It no longer counts anywhere and stays in the audit with the reason; sent again it is a duplicate. ' +
          'Withdrawn before: the first reason stands and `already` is true. A key of role ingest may withdraw what its own sources sent.',
        params: Type.Object({ event_id: Type.String({ pattern: UUID_PATTERN }) }),
        body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: MOST_CHARACTERS }) }),
        response: {
          200: Type.Object({
            event_id: Type.String(),
            voided_at: Type.String({ description: 'RFC 3339; when it was withdrawn first' }),
            reason: Type.String({ description: 'The first reason given' }),
            already: Type.Boolean({ description: 'It was withdrawn before' }),
          }),
        },
      },
      // Checked below: the coercion that query strings need would take a number for a reason.
      validatorCompiler: () => () => true,
    },
    async (request) => {
      const { caller } = request;
      const { event_id } = request.params;
      if (!UUID.test(event_id)) throw badParameter('event_id', event_id, 'a UUID');
      return voidEvent(services, {
        event_id: event_id.toLowerCase(),
        reason: reasonOf(request.body),
        key_id: caller.key_id,
        mayWithdraw: (source_id) => mayWithdraw(caller, source_id),
      });
    },
  );
}

function reasonOf(body: unknown): string {
  const given = (body as { reason?: unknown } | null | undefined)?.reason;
  const reason = typeof given === 'string' ? given.trim() : '';
  if (reason === '' || [...reason].length > MOST_CHARACTERS) {
    throw badParameter('reason', given, `a text of 1 to ${MOST_CHARACTERS} characters`);
  }
  // Whoever explains a void may name the learner.
  return NOBODY.all(reason);
}

/** Operators withdraw any event; an ingest key what its sources sent, or any where it writes for any. */
function mayWithdraw(caller: Caller, source_id: string): boolean {
  return caller.role !== 'ingest' || caller.sources.length === 0 || caller.sources.includes(source_id);
}
