import type { Readable } from 'node:stream';
import type { EngineFunction } from './functions.ts';

/** What a statement is run with. */
export type RunOptions = {
  /** Letters, digits, `_` and `-`: how it is found again among what runs. */
  query_id: string;
  format: string;
  /** Set before the session is made read-only. */
  settings: Readonly<Record<string, string>>;
  /** As the engine's HTTP protocol takes them: text, with backslash escapes. */
  parameters: ReadonlyMap<string, string>;
};

/** A statement that runs. */
export type Running = {
  /** Its answer as it comes; ends when `done` does. Whoever leaves it must cancel and go on reading. */
  output: Readable;
  /** Resolves when it has ended; rejects with an SqlError. */
  done: Promise<{ result_rows: number } | undefined>;
};

/** How far a running statement is. */
export type Progress = {
  query_id: string;
  rows_read: number;
  bytes_read: number;
  total_rows_to_read: number;
  memory_bytes: number;
};

/** A session of its own for one statement. */
export type SqlSession = {
  /** What `EXPLAIN AST` prints. Throws SqlError. */
  explain(sql: string): Promise<string>;
  run(sql: string): Promise<Running>;
  close(): Promise<void>;
};

/** The engine as analysts reach it. */
export type AnalystEngine = {
  readonly version: string;
  readonly database: string;
  functions(): Promise<EngineFunction[]>;
  tableNames(): Promise<string[]>;
  /** The text as the engine writes it; handed over as data, never run. Throws SqlError with the position. */
  canonical(text: string): Promise<string>;
  open(options: RunOptions): Promise<SqlSession>;
  kill(query_id: string): Promise<void>;
  progress(): Promise<Progress[]>;
  close(): Promise<void>;
};
