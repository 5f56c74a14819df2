import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ProblemBody } from './contract/live.ts';

/** One field that was wrong: its name, what was given, what is allowed. */
export type FieldError = { field: string; given?: string; allowed: string };

/** An error whose answer is known: thrown where it is found, written as RFC 9457 problem+json in one place. */
export class ProblemError extends Error {
  readonly status: number;
  readonly slug: string;
  readonly fields: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    slug: string,
    detail: string,
    options: { fields?: readonly FieldError[]; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.name = 'ProblemError';
    this.status = status;
    this.slug = slug;
    this.fields = options.fields ?? [];
    this.headers = options.headers ?? {};
  }
}

/** 400 naming the field, what was given and what is allowed. */
export function badParameter(field: string, given: unknown, allowed: string): ProblemError {
  const text = given === undefined ? 'nothing' : JSON.stringify(given).slice(0, 100);
  return new ProblemError(400, 'bad-parameter', `${field}: given ${text}, allowed ${allowed}`, {
    fields: [{ field, given: text, allowed }],
  });
}

/** A fault of settings or of use: printed as it stands, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A fault that an operator must see in plain words: printed without a stack, exit code 1. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
}

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Body too large',
  415: 'Unsupported media type',
  422: 'Cannot be processed',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available now',
};

function problem(
  status: number,
  slug: string,
  detail?: string,
  fields: readonly FieldError[] = [],
): ProblemBody {
  return {
    type: `/problems/${slug}`,
    title: TITLES[status] ?? 'Error',
    status,
    ...(detail === undefined ? {} : { detail }),
    ...(fields.length === 0 ? {} : { errors: [...fields] }),
  };
}

/** Any thrown value as RFC 9457 problem details; what is not foreseen becomes a 500 without internals. */
export function toProblem(error: unknown): ProblemBody {
  if (error instanceof ProblemError) return problem(error.status, error.slug, error.message, error.fields);
  const fault = error as Partial<FastifyError>;
  if (fault.validation) {
    const fields = fault.validation.map((issue) => {
      const name =
        issue.instancePath.slice(1).replaceAll('/', '.') ||
        String(
          (issue.params as { missingProperty?: string }).missingProperty ??
            fault.validationContext ??
            'request',
        );
      const allowed = (issue.params as { allowedValues?: string[] }).allowedValues?.join(', ');
      const given = JSON.stringify((issue as { data?: unknown }).data)?.slice(0, 100);
      return {
        field: name,
        ...(given === undefined || issue.keyword === 'required' ? {} : { given }),
        allowed: allowed ?? issue.message ?? 'see /api/docs',
      };
    });
    const detail = fields
      .map(({ field, given, allowed }) => `${field}: given ${given ?? 'nothing'}, allowed ${allowed}`)
      .join('; ');
    return problem(400, 'bad-parameter', detail, fields);
  }
  const status = fault.statusCode ?? 500;
  if (status < 500) return problem(status, slugOf(fault.code ?? 'request'), fault.message);
  if (status === 503)
    return problem(503, 'not-available', 'The service is busy or its store does not answer.');
  return problem(500, 'internal', 'Something went wrong here; the log has it under this request id.');
}

function slugOf(code: string): string {
  return code
    .toLowerCase()
    .replace(/^fst_(err_)?/, '')
    .replaceAll('_', '-');
}

/** Fastify's error handler: the one place where an error becomes an answer. */
export function errorHandler(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const body = toProblem(error);
  if (body.status >= 500) request.log.error({ err: error }, 'request failed');
  if (error instanceof ProblemError) reply.headers(error.headers);
  if (body.status === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', '1');
  reply.code(body.status).type('application/problem+json').send(JSON.stringify(body));
}
