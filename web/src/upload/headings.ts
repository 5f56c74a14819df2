import { fold } from '../text/fold.ts';
import { type Cell, cellText, type Field, type Mapping, type SheetRow, type Table } from './fields.ts';

/** Headings as lists write them, folded; what stands in brackets or after a slash may be left out. */
const HEADINGS: Record<Field, string> = {
  occurred_at:
    'occurred at|thoi gian|thoi diem|ngay gio|gio ngay|ngay va gio|thoi gian tham gia|thoi gian tham du|thoi gian hoc|datetime|date time|date and time|timestamp|when',
  date: 'date|ngay|ngay hoc|ngay tham gia|ngay tham du|ngay muon|ngay to chuc|ngay dien ra|ngay den|ngay thang|ngay thang nam|ngay sinh hoat|session date|attendance date|visit date|day',
  time: 'time|gio|gio hoc|gio bat dau|gio den|gio vao|bat dau|luc|khung gio|start|start time|check in|arrival time',
  source_id:
    'source id|ma trung tam|ma nguon|ma noi hoc|ma diem|ma don vi|ma xe|ma khoa hoc|trung tam|ten trung tam|noi hoc|noi to chuc|diem hoc|thu vien|xe|khoa hoc|centre|center|centre id|center id|venue|place|course|course id|vehicle|vehicle id|library',
  source: 'source|nguon|loai nguon|loai noi hoc|source type|hinh thuc',
  activity:
    'activity|hoat dong|loai hoat dong|hinh thuc tham gia|noi dung tham gia|activity type|loai hinh|hanh dong|action',
  cccd: 'cccd|so cccd|can cuoc|can cuoc cong dan|so can cuoc|so can cuoc cong dan|the can cuoc|cmnd|so cmnd|cccd cmnd|cmnd cccd|so cccd cmnd|so cmnd cccd|so dinh danh|so dinh danh ca nhan|ma dinh danh|citizen id|national id|id number|id card number|identity number|citizen identity card',
  phone:
    'phone|dien thoai|so dien thoai|sdt|so dt|dt|di dong|so di dong|dien thoai di dong|so dien thoai lien he|dien thoai lien he|phone number|telephone|tel|mobile|mobile number|mobile phone',
  card: 'card|ma the|so the|the|so the thu vien|ma the thu vien|the thu vien|the ban doc|ma the ban doc|so the ban doc|ma ban doc|card number|card no|card id|library card|library card number|reader card',
  local:
    'local|ma hoc vien|ma nguoi hoc|ma so|ma so hoc vien|mshv|ma hv|ma thanh vien|ma hoi vien|so bao danh|ma hoc sinh|student id|student number|member id|member number|local id|learner code',
  learner_id: 'learner id',
  learner_id_type: 'learner id type|loai ma|loai ma nguoi hoc|id type',
  home_ward:
    'home ward|phuong xa noi o|phuong noi o|xa noi o|noi o|noi cu tru|phuong xa cu tru|phuong xa thuong tru|noi thuong tru|phuong xa|phuong xa dac khu|phuong|xa|phuong cu tru|cu tru|ma phuong noi o|ma phuong xa noi o|phuong xa dac khu noi o|ward of residence|residence|home|ward of home|residential ward|lives in',
  ward: 'ward|phuong xa to chuc|noi dien ra|phuong noi dien ra|phuong xa noi dien ra|phuong xa noi hoc|phuong noi hoc|ma phuong|ma phuong xa|dia ban|phuong xa noi to chuc|ward code|place ward|venue ward|ward of the place',
  learner_group:
    'learner group|learner groups|group|groups|nhom|nhom nguoi hoc|doi tuong|doi tuong hoc|nhom doi tuong|thanh phan|learner type|category',
  sex: 'sex|gioi tinh|gioi|phai|nam nu|gender',
  duration_min:
    'duration min|duration|thoi luong|thoi luong phut|so phut|phut|so phut hoc|thoi gian hoc phut|minutes|duration minutes|length|mins',
  headcount:
    'headcount|so nguoi|so luong|so hoc vien|si so|so luot|so nguoi tham gia|so nguoi tham du|so luong nguoi|people|attendees|number of people|participants|count|attendance',
  programme:
    'programme|program|chuong trinh|chien dich|chuyen de|ten chuong trinh|ma chuong trinh|campaign|dot',
  lon: 'lon|lng|long|longitude|kinh do',
  lat: 'lat|latitude|vi do',
  division: 'division|bo ma|danh muc|he ma phuong',
  event_id: 'event id|ma su kien|ma luot|uuid|id su kien',
  name: 'name|ho ten|ho va ten|ten|ten hoc vien|ho ten hoc vien|ho va ten hoc vien|ten nguoi hoc|ho ten nguoi hoc|hoc vien|nguoi hoc|ho|ho dem|ten dem|ho va ten dem|full name|fullname|first name|last name|surname|given name|learner|student|learner name|student name|ban doc|ten ban doc|ho ten ban doc',
  other:
    'stt|so tt|so thu tu|tt|no|ngay sinh|nam sinh|ngay thang nam sinh|tuoi|date of birth|dob|birthday|birth year|year of birth|age|dia chi|dia chi nha|so nha|address|email|e mail|thu dien tu|ghi chu|note|notes|remark|remarks|comment|chu ky|ky ten|ky nhan|signature|ly do|reason|nghe nghiep|occupation|dan toc|ton giao|facebook|zalo|dong|line|row|trang thai|status',
};

const FIELD_BY_HEADING = new Map<string, Field>(
  Object.entries(HEADINGS).flatMap(([field, words]) =>
    words.split('|').map((heading): [string, Field] => [heading, field as Field]),
  ),
);

/** Ways to read one heading, the most exact first. */
function readings(heading: string): string[] {
  const outside = heading.replace(/[([{].*?[)\]}]/g, ' ');
  const before = outside.split(/[/–—:*]/)[0] ?? '';
  return [heading, outside, before].map((text) => fold(text.replaceAll('_', ' ')));
}

/** The field that a heading names in Vietnamese or English, with or without marks; null when none is known. */
export function fieldOfHeading(heading: string): Field | null {
  for (const text of readings(heading)) {
    const field = FIELD_BY_HEADING.get(text);
    if (field) return field;
  }
  return null;
}

/** The field of each column; of two columns that say the same the first is taken. */
export function mapHeadings(headings: readonly string[]): Mapping {
  const taken = new Set<Field>();
  return headings.map((heading) => {
    const field = fieldOfHeading(heading);
    if (field === null || field === 'name' || field === 'other') return field;
    if (taken.has(field)) return null;
    taken.add(field);
    return field;
  });
}

/** Rows among which the headings are looked for: titles, dates and logos stand above them. */
const HEADING_ROWS = 20;

const isEmpty = (cells: readonly Cell[]) => cells.every((cell) => cellText(cell) === '');

/** How much a row looks like the headings: columns that name a field. */
function headingScore(cells: readonly Cell[]): number {
  return cells.filter((cell) => typeof cell === 'string' && fieldOfHeading(cell) !== null).length;
}

/**
 * A sheet as a list: the headings are the first row that names the most fields, the rows are those below that are
 * not empty. Undefined when the sheet has nothing in it.
 */
export function toTable(sheet: readonly (readonly Cell[])[]): Table | undefined {
  const rows: SheetRow[] = sheet.map((cells, i) => ({ line: i + 1, cells: [...cells] }));
  const filled = rows.filter(({ cells }) => !isEmpty(cells));
  const candidates = filled.filter(({ line }) => line <= HEADING_ROWS);
  let best = candidates[0] ?? filled[0];
  if (!best) return undefined;
  for (const row of candidates) if (headingScore(row.cells) > headingScore(best.cells)) best = row;
  const heading = best;
  const width = Math.max(...filled.map(({ cells }) => cells.length));
  return {
    headings: Array.from({ length: width }, (_, i) => cellText(heading.cells[i])),
    heading_line: heading.line,
    rows: filled.filter(({ line }) => line > heading.line),
  };
}
