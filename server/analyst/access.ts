import { createHmac } from 'node:crypto';
import { PARAMETERISED_VIEWS, PEOPLE_VIEWS, SYSTEM_STANDINS, SYSTEM_TABLES } from './allow.ts';
import { sqlLiteral } from './literal.ts';
import type { QueryLimits } from './setting-limits.ts';

/** The ClickHouse user of analysts, and with another name (the two share one space of names) its role, profile and quota. */
export const ANALYST_USER = 'lcm_analyst';
export const ANALYST_ROLE = 'lcm_analyst_role';

/** The password of that user: every server with the same LEARNER_KEY derives the same, and none keeps it. */
export function analystPassword(learnerKey: string): string {
  return createHmac('sha256', learnerKey).update('clickhouse user of analysts').digest('base64url');
}

/**
 * What a ClickHouse server needs so that a statement that got through the allow-list still cannot do more: a user whose
 * role reads the views and nothing else, a profile that nobody can loosen, a quota. Run at every start rather than as a
 * migration: the password must not lie in a file, and a server that does not let its user manage access must still
 * take events (SQL is then refused with that reason).
 */
export function accessStatements(options: {
  database: string;
  password: string;
  limits: QueryLimits;
  seconds_per_hour: number;
}): string[] {
  const { database, password, limits } = options;
  const views = [...PEOPLE_VIEWS, ...PARAMETERISED_VIEWS, ...Object.values(SYSTEM_STANDINS)];
  return [
    `CREATE ROLE IF NOT EXISTS ${ANALYST_ROLE}`,
    `REVOKE ALL ON *.* FROM ${ANALYST_ROLE}`,
    // The views read their tables as whoever made them; the analyst's user has no right to the tables themselves.
    ...views.map(
      (view) => `ALTER TABLE ${database}.${view} MODIFY SQL SECURITY DEFINER DEFINER = CURRENT_USER`,
    ),
    ...views.map((view) => `GRANT SELECT ON ${database}.${view} TO ${ANALYST_ROLE}`),
    ...SYSTEM_TABLES.map((table) => `GRANT SELECT ON system.${table} TO ${ANALYST_ROLE}`),
    `GRANT CREATE TEMPORARY TABLE ON *.* TO ${ANALYST_ROLE}`,
    `CREATE ROW POLICY OR REPLACE ${ANALYST_ROLE} ON ${database}.service_state USING name IN ('areas_version', 'residents_version') TO ${ANALYST_ROLE}`,
    `CREATE SETTINGS PROFILE OR REPLACE ${ANALYST_ROLE} SETTINGS readonly = 2 CONST, allow_ddl = 0 CONST,
      allow_introspection_functions = 0 CONST,
      max_execution_time = ${limits.max_execution_time_s} MIN 1 MAX ${limits.max_execution_time_s},
      max_memory_usage = ${limits.max_memory_bytes} MIN 1 MAX ${limits.max_memory_bytes},
      max_rows_to_read = ${limits.max_rows_to_read} MIN 1 MAX ${limits.max_rows_to_read},
      max_bytes_to_read = ${limits.max_bytes_to_read} MIN 1 MAX ${limits.max_bytes_to_read},
      max_result_rows = ${limits.max_result_rows} MIN 1 MAX ${limits.max_result_rows},
      max_result_bytes = ${limits.max_result_bytes} MIN 1 MAX ${limits.max_result_bytes},
      max_threads = ${limits.max_threads} MIN 1 MAX ${limits.max_threads}
      TO ${ANALYST_ROLE}`,
    `CREATE QUOTA OR REPLACE ${ANALYST_ROLE} KEYED BY client_key, user_name FOR INTERVAL 1 hour MAX execution_time = ${10 * options.seconds_per_hour} TO ${ANALYST_ROLE}`,
    `CREATE USER OR REPLACE ${ANALYST_USER} IDENTIFIED WITH sha256_password BY ${sqlLiteral(password)}`,
    `GRANT ${ANALYST_ROLE} TO ${ANALYST_USER}`,
    `SET DEFAULT ROLE ${ANALYST_ROLE} TO ${ANALYST_USER}`,
  ];
}
