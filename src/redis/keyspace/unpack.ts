/**
 * Reading the packed forms of small containers, as an RDB of a real server holds them: ziplist,
 * listpack, intset, zipmap. Each gives its elements as texts, or undefined where the bytes are not what
 * they should be (`ziplistValidateIntegrity()`, `lpValidateIntegrity()` and the like, always deep).
 */
import { binaryText, littleEndian } from "./packed.js";

/** A two's complement of so many bytes, the lowest first, in decimal. */
function signed(bytes: Uint8Array, at: number, count: number): string {
  if (count < 8) {
    const value = littleEndian(bytes, at, count);
    let limit = 1;
    for (let i = 0; i < count; i++) limit *= 256;
    return String(value * 2 < limit ? value : value - limit);
  }
  const low = BigInt(littleEndian(bytes, at, 4));
  const high = BigInt(littleEndian(bytes, at + 4, 4));
  return String(BigInt.asIntN(64, (high << 32n) | low));
}

/** Where an element's text or number is, and how long the whole of it is. */
interface Element {
  readonly text: string;
  readonly end: number;
}

/** The header says how many elements follow, unless they are too many for its 16 bits. */
const countUnknown = 0xffff;

export function readZiplist(bytes: Uint8Array): string[] | undefined {
  const { length } = bytes;
  if (length < 11 || littleEndian(bytes, 0, 4) !== length || bytes[length - 1] !== 0xff) {
    return undefined;
  }
  const tail = littleEndian(bytes, 4, 4);
  const items: string[] = [];
  let previous = 0;
  let last = 10;
  let at = 10;
  while (at < length - 1) {
    last = at;
    const isLong = bytes[at] === 254;
    const before = isLong ? littleEndian(bytes, at + 1, 4) : (bytes[at] as number);
    if (before !== previous) return undefined;
    const element = ziplistElement(bytes, at + (isLong ? 5 : 1));
    if (element === undefined || element.end > length - 1) return undefined;
    items.push(element.text);
    previous = element.end - at;
    at = element.end;
  }
  if (items.length > 0 && last !== tail) return undefined;
  return agrees(bytes, 8, items);
}

/** `zipEntry()`, behind the length of the entry before. */
function ziplistElement(bytes: Uint8Array, at: number): Element | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  switch (first >> 6) {
    case 0:
      return textAt(bytes, at + 1, first & 0x3f);
    case 1:
      return textAt(bytes, at + 2, ((first & 0x3f) << 8) | (bytes[at + 1] ?? 0));
    case 2: {
      const length = [1, 2, 3, 4].reduce((sum, i) => sum * 256 + (bytes[at + i] ?? 0), 0);
      return first === 0x80 ? textAt(bytes, at + 5, length) : undefined;
    }
    default:
      break;
  }
  if (first > 0xf0 && first <= 0xfd) return { text: String(first - 0xf1), end: at + 1 };
  const width = ziplistWidths.get(first);
  return width === undefined ? undefined : numberAt(bytes, at + 1, width);
}

const ziplistWidths: ReadonlyMap<number, number> = new Map([
  [0xfe, 1],
  [0xc0, 2],
  [0xf0, 3],
  [0xd0, 4],
  [0xe0, 8],
]);

export function readListpack(bytes: Uint8Array): string[] | undefined {
  const { length } = bytes;
  if (length < 7 || littleEndian(bytes, 0, 4) !== length || bytes[length - 1] !== 0xff) {
    return undefined;
  }
  const items: string[] = [];
  let at = 6;
  while (at < length - 1) {
    const element = listpackElement(bytes, at);
    if (element === undefined) return undefined;
    const end = behindBackLength(bytes, element.end, element.end - at);
    if (end === undefined || end > length - 1) return undefined;
    items.push(element.text);
    at = end;
  }
  return agrees(bytes, 4, items);
}

/** `lpGetWithSize()` */
function listpackElement(bytes: Uint8Array, at: number): Element | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 0x80) return { text: String(first), end: at + 1 };
  if (first < 0xc0) return textAt(bytes, at + 1, first & 0x3f);
  if (first < 0xe0) {
    const value = ((first & 0x1f) << 8) | (bytes[at + 1] ?? 0);
    return { text: String(value < 4_096 ? value : value - 8_192), end: at + 2 };
  }
  if (first < 0xf0) return textAt(bytes, at + 2, ((first & 0x0f) << 8) | (bytes[at + 1] ?? 0));
  if (first === 0xf0) return textAt(bytes, at + 5, littleEndian(bytes, at + 1, 4));
  const width = [2, 3, 4, 8][first - 0xf1];
  return width === undefined ? undefined : numberAt(bytes, at + 1, width);
}

/** Behind an element stands how long it is, the last byte first, for who walks backwards. */
function behindBackLength(bytes: Uint8Array, at: number, expected: number): number | undefined {
  let groups = 1;
  for (let limit = 127; expected > limit && groups < 5; limit = limit * 128 + 127) groups++;
  let value = 0;
  for (let group = 0; group < groups; group++) {
    const byte = bytes[at + group];
    if (byte === undefined || byte >= 0x80 !== group > 0) return undefined;
    value = value * 128 + (byte & 0x7f);
  }
  return value === expected ? at + groups : undefined;
}

/** The members in their order; sorted and without doubles, or it is none. */
export function readIntset(bytes: Uint8Array): string[] | undefined {
  const width = littleEndian(bytes, 0, 4);
  const count = littleEndian(bytes, 4, 4);
  if (width !== 2 && width !== 4 && width !== 8) return undefined;
  if (count === 0 || bytes.length !== 8 + width * count) return undefined;
  const members: string[] = [];
  for (let i = 0; i < count; i++) {
    const member = signed(bytes, 8 + i * width, width);
    const before = members.at(-1);
    if (before !== undefined && BigInt(before) >= BigInt(member)) return undefined;
    members.push(member);
  }
  return members;
}

/** Fields and values of a small hash of Redis 2.4 (`zipmapNext()`). */
export function readZipmap(bytes: Uint8Array): string[] | undefined {
  const items: string[] = [];
  let at = 1;
  for (;;) {
    const first = bytes[at];
    if (first === undefined) return undefined;
    if (first === 0xff)
      return at === bytes.length - 1 && items.length % 2 === 0 ? items : undefined;
    const isLong = first === 254;
    const length = isLong ? littleEndian(bytes, at + 1, 4) : first;
    at += isLong ? 5 : 1;
    // A value is followed by as many free bytes as it says.
    const isValue = items.length % 2 === 1;
    const free = isValue ? (bytes[at++] ?? 0) : 0;
    const element = textAt(bytes, at, length);
    if (element === undefined) return undefined;
    items.push(element.text);
    at = element.end + free;
  }
}

function textAt(bytes: Uint8Array, at: number, length: number): Element | undefined {
  const end = at + length;
  return end > bytes.length ? undefined : { text: binaryText(bytes, at, end), end };
}

function numberAt(bytes: Uint8Array, at: number, width: number): Element | undefined {
  const end = at + width;
  return end > bytes.length ? undefined : { text: signed(bytes, at, width), end };
}

/** Does the header count as many? */
function agrees(bytes: Uint8Array, at: number, items: string[]): string[] | undefined {
  const count = littleEndian(bytes, at, 2);
  return count === countUnknown || count === items.length ? items : undefined;
}
