/** A text in both languages of the page. */
export type Bilingual = { vi: string; en: string };

/** A parameter of a query or a view: `{name:Type}` in the text. */
export type Parameter = { name: string; type: string };
/** A parameter with the value that a run begins with. */
export type Preset = Parameter & { default: string };

/** How a result is best looked at, and by which of its columns. */
export type Draw = {
  kind: 'table' | 'line' | 'bar' | 'map';
  x?: string;
  y?: readonly string[];
  area?: string;
  lon?: string;
  lat?: string;
  h3?: string;
  value?: string;
};

/** A column of a view, explained in both languages. */
export type SchemaColumn = { name: string; type: string; comment_vi: string; comment_en: string };
/** A view that may be asked. */
export type SchemaTable = {
  name: string;
  kind: 'view' | 'parameterised';
  comment_vi: string;
  comment_en: string;
  parameters: readonly Parameter[];
  columns: readonly SchemaColumn[];
};
/** What may be asked, and with what: `GET /api/v1/schema`. */
export type Schema = {
  database: string;
  tables: readonly SchemaTable[];
  system: readonly string[];
  functions: readonly string[];
  table_functions: readonly string[];
  formats: readonly string[];
};

/** A worked example: `GET /api/v1/examples`. */
export type Example = {
  id: string;
  title: Bilingual;
  description: Bilingual;
  sql: string;
  parameters: readonly Preset[];
  draw: Draw;
};

/** A query somebody kept: `GET /api/v1/saved-queries`. */
export type SavedQuery = {
  id: string;
  title: string;
  description: string;
  sql: string;
  parameters: readonly Preset[];
  draw: Draw | null;
  shared: boolean;
  owner: string;
  mine: boolean;
  updated_at: string;
};

/** A query under way or waiting: times in ms, sizes in bytes. */
export type Running = {
  query_id: string;
  state: 'running' | 'queued';
  /** Place in the queue from 1; 0 while it runs. */
  position: number;
  elapsed_ms: number;
  waited_ms: number;
  rows_read: number;
  bytes_read: number;
  total_rows_to_read: number;
};
/** What runs and what waits: `GET /api/v1/queries`. */
export type RunningQueries = { running: readonly Running[]; queued: readonly Running[] };

/** One line of the record: `GET /api/v1/queries/log`. */
export type LoggedQuery = { query_id: string; rows_read: number; bytes_read: number; elapsed_ms: number };

/** The SQL behind a figure: `GET /api/v1/sql-of`. */
export type SqlOf = {
  figure: string;
  value: number | null;
  as_of: string | null;
  sql: string;
  parameters: Readonly<Record<string, string>>;
  title: Bilingual;
};

/** What a query of the page is: its text, the values of its parameters, and how to look at its result. */
export type Query = { sql: string; values: Readonly<Record<string, string>>; draw: Draw | null };
