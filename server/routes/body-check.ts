import { Compile } from 'typebox/compile';

/** One thing that is wrong with a body, as the error handler reads it. */
type Issue = {
  keyword: string;
  instancePath: string;
  params: Record<string, unknown>;
  message: string;
  data?: unknown;
};

/**
 * A check of a body that changes nothing: the coercion that query strings need would make 1 of a `true` and 0 of a
 * `null`. Every fault names its field and what was given; a field that the schema does not have is one.
 */
export function bodyCheck(schema: Parameters<typeof Compile>[0]) {
  const compiled = Compile(schema);
  const check = (body: unknown): boolean => {
    if (compiled.Check(body)) return true;
    check.errors = (compiled.Errors(body) as unknown as Issue[])
      .filter((issue) => issue.keyword !== 'boolean') // what a field without a schema gets besides
      .flatMap((issue) => spelledOut(issue, body));
    return false;
  };
  check.errors = [] as Issue[];
  return check as never;
}

function spelledOut(issue: Issue, body: unknown): Issue[] {
  const { instancePath, params } = issue;
  const unknown = params.additionalProperties as string[] | undefined;
  const missing = params.requiredProperties as string[] | undefined;
  if (issue.keyword === 'additionalProperties' && unknown)
    return unknown.map((name) => {
      const path = `${instancePath}/${name}`;
      return { ...issue, instancePath: path, message: 'no field of that name', data: valueAt(body, path) };
    });
  if (issue.keyword === 'required' && missing)
    return missing.map((name) => ({ ...issue, instancePath: `${instancePath}/${name}`, message: 'a value' }));
  return [{ ...issue, data: valueAt(body, instancePath) }];
}

function valueAt(body: unknown, path: string): unknown {
  return path
    .split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], body);
}
