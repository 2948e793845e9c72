/**
 * Commands written as shapes, and fast-check arbitraries made of them.
 *
 * A word in capitals stands for itself (in any case of letters); `A|B` is one of both; a word in lower
 * case is drawn from the vocabulary; `word+` is one to three of it, `word?` none or one. The vocabulary
 * is small on purpose: a few keys that all families share, values that are almost numbers.
 */
import fc from "fast-check";
import { behaviour } from "./release.js";

export type Command = readonly string[];

/** One step of a sequence: which of the two sessions sends what. */
export interface Step {
  readonly session: number;
  readonly command: Command;
}

const small = ["0", "1", "2", "-1", "-2", "3", "10"];
const odd = ["", "abc", "1.5", " 1", "1 ", "+1", "007", "-0", "1e3"];
const huge = [
  "9223372036854775807",
  "9223372036854775808",
  "-9223372036854775808",
  "-9223372036854775809",
  "123456789012345678901",
];

const pick = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words);
/** Mostly the first, now and then one of the others. */
const mostly = (usual: readonly string[], ...others: (readonly string[])[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: pick(...usual) },
    ...others.map((words) => ({ weight: 1, arbitrary: pick(...words) })),
  );

const long =
  "a value of more than sixty-four bytes, so that no listpack takes it as it is: ".repeat(2);

/** A real 6.2 dies of a SETRANGE so far out that `checkStringLength()` overflows. */
const offsetsBeyond = ["-1", "x", "536870912", ...(behaviour.from70 ? huge : [])];

const vocabulary: Readonly<Record<string, fc.Arbitrary<string>>> = {
  key: mostly(["k1", "k2", "k3", "k4"], ["", "a b", "k\r\n5", "\xff\0"]),
  value: mostly(["v", "abc", "1", "-7", "10"], odd, huge, [long, "\0\xff\r\n", "*"]),
  // At most 64 bytes: a hash or set that became a table answers in an order of its own.
  element: mostly(["a", "b", "c", "1", "2", "3", "10", "-7"], odd, huge),
  number: mostly(small, odd, huge, ["4294967296"]),
  index: mostly(small, odd, ["100", "-100"], huge),
  offset: mostly(["0", "1", "2", "5", "30"], offsetsBeyond),
  count: mostly(["0", "1", "2", "3", "100"], ["-1", "-3", "x", "", "9223372036854775808"]),
  all: mostly(["100"], ["0", "-1", "x", "9223372036854775808"]),
  // Seconds below a million, milliseconds above: what is left of them is told apart by its size.
  seconds: mostly(["77777", "100000", "88888"], ["0", "-1", "abc", "", "1.5"], huge),
  millis: mostly(["77777000", "100000000", "88888001"], ["0", "-1", "abc"], huge),
  moment: mostly(["32503680000", "32503680001"], ["0", "1", "-1", "abc"], huge),
  milliMoment: mostly(["32503680000000", "32503680000001"], ["0", "1", "-1", "abc"], huge),
  database: mostly(
    ["0", "1", "2"],
    ["15", "16", "-1", "x", ""],
    ["4294967296", "9223372036854775808"],
  ),
  pattern: mostly(["*", "k*", "?1", "[k]?"], ["k[1-2]", "k[^1]", "\\k1", "k1", "", "[", "*b"]),
  type: mostly(["string", "list", "set", "hash"], ["zset", "STRING", "x"]),
  cursor: mostly(["0"], ["x", "+0", " 0", "18446744073709551616", ""]),
  option: pick("NX", "XX", "GET", "KEEPTTL", "GT", "LT", "EX", "PERSIST", "x"),
  channel: pick("c1", "c2", ""),
  user: pick("ada", "bob", "a b"),
  rule: pick(
    ...["on", "off", "nopass", "resetpass", ">abc", "<abc", ">x", "#abc", "~k*", "~*", "allkeys"],
    ...["resetkeys", "&c*", "&*", "allchannels", "resetchannels", "+@all", "-@all", "allcommands"],
    ...["nocommands", "reset", "sanitize-payload", "skip-sanitize-payload", "x", ""],
    ...["+foo", "-foo", "+@foo", "+get|", "-get|a", "+get|a|b", "+client|foo", "-client|foo"],
  ),
  word: pick("abc", "x", "", "k1", "GET", "a b", "\r\n", "a\0b"),
};

function anyLiteral(word: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: pick(...word.split("|")) },
    { weight: 1, arbitrary: pick(...word.toLowerCase().split("|")) },
  );
}

function anyWord(name: string): fc.Arbitrary<readonly string[]> {
  const last = name.at(-1);
  const base = last === "+" || last === "?" ? name.slice(0, -1) : name;
  const one =
    base === base.toUpperCase()
      ? anyLiteral(base)
      : (vocabulary[base] as fc.Arbitrary<string> | undefined);
  if (one === undefined) throw new Error(`no such word: ${name}`);
  const range = last === "+" ? { minLength: 1, maxLength: 3 } : { minLength: 0, maxLength: 1 };
  if (base !== name) return fc.array(one, range);
  return one.map((word) => [word]);
}

function anyOfShape(shape: string): fc.Arbitrary<Command> {
  return fc.tuple(...shape.split(" ").map(anyWord)).map((parts) => parts.flat());
}

/** Any of the shapes; now and then with an argument too few or too many. */
function anyCommand(shapes: readonly string[]): fc.Arbitrary<Command> {
  const right = fc.oneof(...shapes.map(anyOfShape));
  const wrong = fc
    .tuple(right, fc.boolean(), vocabulary["word"] as fc.Arbitrary<string>)
    .map(([command, more, word]) =>
      more || command.length === 1 ? [...command, word] : command.slice(0, -1),
    )
    .filter((command) => !isByChance(command));
  return fc.oneof({ weight: 14, arbitrary: right }, { weight: 1, arbitrary: wrong });
}

/** SPOP without a count takes a member by chance, and COMMAND tells of commands we do not have. */
function isByChance([name = "", ...rest]: Command): boolean {
  return (/^spop$/i.test(name) && rest.length === 1) || /^command$/i.test(name);
}

/** Sequences of these commands; the second session takes part where `sessions` is 2. */
export function anySequence(shapes: readonly string[], sessions: 1 | 2 = 1): fc.Arbitrary<Step[]> {
  const step = fc.record({
    session: sessions === 1 ? fc.constant(0) : fc.nat(1),
    command: anyCommand(shapes),
  });
  return fc.array(step, { minLength: 25, maxLength: 50, size: "max" });
}
