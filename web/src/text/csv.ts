/** Cells that a spreadsheet would run as a formula; a tab or a line break in front hides one. */
const FORMULA = /^[\s]*[=+\-@]/;

/** One cell of CSV: quoted where it must be, and never a formula (OWASP, CSV injection). */
function csvCell(value: string): string {
  // A plain number may begin with its sign.
  const safe = FORMULA.test(value) && !/^-?\d+([.,]\d+)?$/.test(value) ? `'${value}` : value;
  return /[",;\r\n\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** CSV text that Excel opens as it stands: UTF-8 with a byte order mark, CRLF, no cell that runs. */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${rows.map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}
