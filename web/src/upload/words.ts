import type { Activity, LearnerGroup, LearnerIdType, Sex, Source } from '../../../server/contract/event.ts';
import { fold } from '../text/fold.ts';

type Words<T extends string> = Record<T, string>;

const ACTIVITY_WORDS: Words<Activity> = {
  registered: 'dang ky|dang ki|ghi danh|register|registration|enrolled|signed up',
  attended:
    'tham du|tham gia|di hoc|du|hoc|co mat|hien dien|du hoc|tham du lop|x|co|attend|attendance|present|joined|participated',
  borrowed: 'muon|muon sach|muon tai lieu|borrow|borrowed book|borrowed books|loan|checkout',
  experienced:
    'trai nghiem|xem|doc tai cho|doc sach|tham quan|doc|experience|visited|visit|read|viewed|read on site',
  progressed: 'tien do|hoc tiep|dang hoc|hoan thanh bai|progress|in progress|continued',
  completed:
    'hoan thanh|ket thuc|tot nghiep|hoc xong|hoan thanh khoa hoc|hoan tat|complete|finished|passed|graduated',
  requested: 'yeu cau|de nghi|co nhu cau|nhu cau|hoi muon|dang ky nhu cau|request|asked|wanted',
};

const GROUP_WORDS: Words<LearnerGroup> = {
  child: 'tre em|thieu nhi|thieu nien|nhi dong|hoc sinh|children|kid|kids|pupil|pupils',
  youth: 'thanh nien|thanh thieu nien|sinh vien|doan vien|young people|student|students|teen|teens',
  worker:
    'nguoi lao dong|cong nhan|lao dong|cong nhan vien|vien chuc|cong chuc|can bo|nong dan|tieu thuong|workers|labourer|employee|employees|farmer',
  retiree:
    'nguoi ve huu|ve huu|huu tri|can bo huu tri|nguoi cao tuoi|cao tuoi|nguoi gia|retired|retirees|elderly|senior|seniors|pensioner|pensioners|older people',
  homemaker: 'nguoi noi tro|noi tro|noi tro gia dinh|homemakers|housewife|housewives',
  disability:
    'nguoi khuyet tat|khuyet tat|people with disabilities|disabled|person with disability|disabilities',
  disadvantaged:
    'nguoi co hoan canh kho khan|hoan canh kho khan|kho khan|ho ngheo|ngheo|can ngheo|ho can ngheo|yeu the|poor|vulnerable',
  other: 'khac|nhom khac|doi tuong khac|others',
};

const SOURCE_WORDS: Words<Source> = {
  centre:
    'trung tam|trung tam hoc tap cong dong|tthtcd|ttht cd|truong|thu vien|nha van hoa|center|community learning centre|community learning center|clc|school|library',
  mobile_library:
    'thu vien luu dong|xe thu vien|xe thu vien luu dong|thu vien di dong|xe sach|mobile|bookmobile|vehicle|bus',
  online_course:
    'khoa hoc truc tuyen|truc tuyen|hoc truc tuyen|online|khoa hoc online|e learning|elearning|course',
};

const SEX_WORDS: Words<Sex> = {
  f: 'nu|nu gioi|ba|co|chi|female|woman|girl',
  m: 'nam|nam gioi|ong|anh|male|man|boy',
  x: 'khac|khong ro|other|diverse|non binary',
};

const ID_TYPE_WORDS: Words<LearnerIdType> = {
  cccd: 'can cuoc|can cuoc cong dan|cmnd',
  phone: 'dien thoai|so dien thoai|sdt',
  card: 'the|ma the|the thu vien',
  local: 'rieng|ma rieng|noi bo|ma hoc vien',
};

function reader<T extends string>(words: Words<T>): (text: string) => T | undefined {
  const by_word = new Map<string, T>();
  for (const [value, spellings] of Object.entries(words) as [T, string][]) {
    for (const word of [fold(value.replaceAll('_', ' ')), ...spellings.split('|')]) {
      if (!by_word.has(word)) by_word.set(word, value);
    }
  }
  return (text) => by_word.get(fold(text.replaceAll('_', ' ')));
}

/** The contract's word for a text in Vietnamese or English, marks and case as they come; undefined when unknown. */
export const readActivity = reader(ACTIVITY_WORDS);
export const readSource = reader(SOURCE_WORDS);
export const readSex = reader(SEX_WORDS);
export const readIdType = reader(ID_TYPE_WORDS);
const readGroup = reader(GROUP_WORDS);

/** The groups that a cell names, separated by `|`, `;`, `,`, `/` or `+`, and the words that name none. */
export function readGroups(text: string): { groups: LearnerGroup[]; unknown: string[] } {
  const groups = new Set<LearnerGroup>();
  const unknown: string[] = [];
  const whole = readGroup(text);
  if (whole) return { groups: [whole], unknown };
  for (const part of text.split(/[|;,/+]/).map((word) => word.trim())) {
    if (part === '') continue;
    const group = readGroup(part);
    if (group) groups.add(group);
    else unknown.push(part);
  }
  return { groups: [...groups], unknown };
}

/** Minutes of `45`, `45 phút`, `1h30`, `1 giờ 30 phút`, `1:30`; NaN when it is none. */
export function readMinutes(text: string): number {
  const plain = fold(text.replace(',', '.').replace(/[.:]/g, 'point')).replace(/\s/g, '');
  const number = /^(\d+)(?:point(\d+))?(?:phut|p|min|mins|minutes|minute)?$/.exec(plain);
  if (number && !text.includes(':')) return Number(`${number[1]}.${number[2] ?? 0}`);
  const hours = /^(\d+)(?:h|g|gio|hours?|tieng|point)(?:(\d+)(?:phut|p|min|mins|minutes|m)?)?$/.exec(plain);
  return hours ? Number(hours[1]) * 60 + Number(hours[2] ?? 0) : Number.NaN;
}
