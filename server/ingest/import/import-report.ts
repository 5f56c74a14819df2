import type { RejectReason } from '../../contract/event.ts';

/** A refused record that is shown as an example. */
export type RefusedExample = { index: number; detail: string };

/** What became of the records of one file, runs before an interruption included. */
export type ImportReport = {
  name: string;
  /** Records read, counted from the file's beginning. */
  records: number;
  accepted: number;
  duplicates: number;
  refused: Partial<Record<RejectReason, { count: number; first: RefusedExample[] }>>;
  /** Records that an earlier run had done. */
  resumed_from: number;
  /** How long this run took, ms. */
  took_ms: number;
};

/** Examples of each reason that are kept. */
const EXAMPLES = 3;

export function emptyReport(name: string): ImportReport {
  return { name, records: 0, accepted: 0, duplicates: 0, refused: {}, resumed_from: 0, took_ms: 0 };
}

/** Counts one refused record. */
export function countRefused(
  report: ImportReport,
  { index, reason, detail }: RefusedExample & { reason: RejectReason },
): void {
  const known = report.refused[reason] ?? { count: 0, first: [] };
  report.refused[reason] = known;
  known.count++;
  if (known.first.length < EXAMPLES) known.first.push({ index, detail });
}

/** A report as a person reads it on a terminal. */
export function formatImportReport(report: ImportReport): string {
  const number = (value: number) => value.toLocaleString('en');
  const reasons = Object.entries(report.refused);
  const refused = reasons.reduce((sum, [, { count }]) => sum + count, 0);
  const read = report.records - report.resumed_from;
  const per_s = Math.round(read / Math.max(0.001, report.took_ms / 1000));
  return [
    `${report.name}: ${number(report.records)} records, ${number(read)} of them now, in ${(report.took_ms / 1000).toFixed(1)} s (${number(per_s)} rows/s)`,
    ...(report.resumed_from > 0
      ? [
          `  went on after ${number(report.resumed_from)} records that an earlier run had done; --restart reads all again`,
        ]
      : []),
    `  accepted    ${number(report.accepted)}`,
    `  duplicates  ${number(report.duplicates)}`,
    `  refused     ${number(refused)}`,
    ...reasons.flatMap(([reason, { count, first }]) => [
      `    ${reason}: ${number(count)}`,
      ...first.map(({ index, detail }) => `      record ${index}: ${detail}`),
      ...(count > first.length ? [`      … and ${number(count - first.length)} more`] : []),
    ]),
  ].join('\n');
}
