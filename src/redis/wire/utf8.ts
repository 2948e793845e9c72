/**
 * Between the text of the outside world (UTF-16, as JavaScript has it) and the binary strings of the
 * wire (one char, one byte). Only the edges translate: the command line, scenarios, the gateway.
 * By arithmetic, because the pure folders have no TextEncoder.
 */

const replacement = 0xfffd;

/** UTF-8 bytes as a binary string. A lone surrogate becomes U+FFFD, as TextEncoder does. */
export function toBinary(text: string): string {
  let i = 0;
  while (i < text.length && text.charCodeAt(i) < 0x80) i++;
  if (i === text.length) return text;

  let bytes = text.slice(0, i);
  while (i < text.length) {
    const point = text.codePointAt(i) ?? replacement;
    i += point >= 0x10000 ? 2 : 1;
    bytes += encoded(point >= 0xd800 && point <= 0xdfff ? replacement : point);
  }
  return bytes;
}

function encoded(point: number): string {
  if (point < 0x80) return String.fromCharCode(point);
  if (point < 0x800) return String.fromCharCode(0xc0 | (point >> 6), 0x80 | (point & 0x3f));
  const last = 0x80 | (point & 0x3f);
  const middle = 0x80 | ((point >> 6) & 0x3f);
  if (point < 0x10000) return String.fromCharCode(0xe0 | (point >> 12), middle, last);
  return String.fromCharCode(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), middle, last);
}

/** Text from UTF-8 bytes; what is not UTF-8 becomes U+FFFD, one for each byte that fits nowhere. */
export function fromBinary(bytes: string): string {
  let i = 0;
  while (i < bytes.length && bytes.charCodeAt(i) < 0x80) i++;
  if (i === bytes.length) return bytes;

  let text = bytes.slice(0, i);
  while (i < bytes.length) {
    const first = bytes.charCodeAt(i);
    const size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const point = first > 0xf4 || size === 0 ? -1 : decoded(bytes, i, size);
    text += String.fromCodePoint(point < 0 ? replacement : point);
    i += point < 0 ? 1 : size;
  }
  return text;
}

/** The code point of `size` bytes at `at`, or -1 where they are not its one valid encoding. */
function decoded(bytes: string, at: number, size: number): number {
  const first = bytes.charCodeAt(at);
  if (size === 1) return first;
  let point = first & (0xff >> (size + 1));
  for (let i = 1; i < size; i++) {
    const next = at + i < bytes.length ? bytes.charCodeAt(at + i) : 0;
    if ((next & 0xc0) !== 0x80) return -1;
    point = point * 64 + (next & 0x3f);
  }
  const overlong = (size === 3 && point < 0x800) || (size === 4 && point < 0x10000);
  const surrogate = point >= 0xd800 && point <= 0xdfff;
  return overlong || surrogate || point > 0x10ffff ? -1 : point;
}
