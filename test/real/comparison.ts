/**
 * Plays one sequence to both servers and tells where they differ: in a reply, or in the replication
 * stream. Everything is compared byte for byte, except:
 *
 * - the order in which a hash table answers (the elements are sorted on both sides),
 * - what RANDOMKEY chose, and the ids of clients,
 * - moments near now, and what is left until then: the same within a few seconds.
 */
import { encode } from "../../src/redis/wire/encode.js";
import { ReplyParser } from "../../src/redis/wire/parse-reply.js";
import type { Value } from "../../src/redis/wire/value.js";
import type { Command, Step } from "./grammar.js";
import type { Peer } from "./peer.js";

const tolerance = 5;
const unordered = new Set(["SMEMBERS", "SINTER", "SUNION", "SDIFF", "SPOP", "KEYS", "SCAN"]);
const timed = new Set(["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"]);

/** The reply as both must give it. */
function comparable(command: Command, reply: string): string {
  const name = (command[0] ?? "").toUpperCase();
  if (reply.startsWith("-")) return reply;
  if (unordered.has(name)) return new ReplyParser().feed(reply).map(sorted).join("");
  if (name === "RANDOMKEY")
    return reply.startsWith("$-1") || reply.startsWith("_") ? reply : "a key";
  if (name === "HELLO") return reply.replace(/(\$2\r\nid\r\n):\d+/, "$1:0");
  if (name === "CLIENT" && command[1]?.toUpperCase() === "ID") return reply.replace(/:\d+/, ":0");
  return reply;
}

/** The value as bytes, with the elements of each array in one order for both sides. */
function sorted(value: Value): string {
  return "items" in value ? `*(${value.items.map(sorted).sort().join()})` : encode(value);
}

/**
 * The same but for whole numbers that are moments near now, or (`isTimed`) time left: those may be
 * `tolerance` seconds apart.
 */
function sameButForTime(real: string, simulated: string, isTimed: boolean): boolean {
  if (real === simulated) return true;
  const numbers = isTimed ? /(-?\d+)/ : /(\d{10}(?:\d{3})?)(?!\d)/;
  const left = real.split(numbers);
  const right = simulated.split(numbers);
  return (
    left.length === right.length &&
    left.every((part, i) => (i % 2 === 1 ? near(part, right[i] ?? "") : part === right[i]))
  );
}

function near(real: string, simulated: string): boolean {
  if (real === simulated) return true;
  const [a, b] = [Number(real), Number(simulated)];
  if (Math.min(a, b) < 1_000) return false;
  // Seconds left are below a million, as are none of the milliseconds; moments have 10 or 13 digits.
  const inSeconds = a < 1_000_000 || real.length === 10;
  return Math.abs(a - b) <= (inSeconds ? tolerance : tolerance * 1_000);
}

export interface Difference {
  readonly at: string;
  readonly real: string;
  readonly simulated: string;
}

let played = 0;

/** All differences, in order. Both servers are flushed first. */
export async function compare(
  real: Peer,
  simulated: Peer,
  steps: readonly Step[],
): Promise<Difference[]> {
  const start: Step[] = [0, 1].map((session) => ({ session, command: ["RESET"] }));
  const mark = `end of sequence ${++played}`;
  const all: Step[] = [
    ...start,
    { session: 0, command: ["FLUSHALL"] },
    // Whether the cycle is in time is chance; without it a key is found expired when it is used.
    { session: 0, command: ["DEBUG", "SET-ACTIVE-EXPIRE", "0"] },
    ...steps,
    ...start,
    { session: 0, command: ["PUBLISH", "mark", mark] },
  ];
  const differences: Difference[] = [];
  const differ = (at: string, isTimed: boolean, theirs: string, ours: string): void => {
    if (sameButForTime(theirs, ours, isTimed)) return;
    differences.push({ at, real: theirs, simulated: ours });
  };
  let queued: boolean[] = [false, false];
  simulated.setClock(Date.now());
  for (const { session, command } of all) {
    const theirs = comparable(command, await real.ask(session, command));
    const ours = comparable(command, await simulated.ask(session, command));
    const name = (command[0] ?? "").toUpperCase();
    const asksTime = timed.has(name);
    const isTimed = asksTime || (name === "EXEC" && queued[session] === true);
    queued = queued.map((was, i) => (i !== session ? was : name !== "EXEC" && (was || asksTime)));
    differ(`${JSON.stringify(command)} in session ${session}`, isTimed, theirs, ours);
  }
  const theirStream = commandsOf(await real.stream(mark));
  const ourStream = commandsOf(await simulated.stream(mark));
  for (let i = 0; i < Math.max(theirStream.length, ourStream.length); i++) {
    differ(`command ${i} of the stream`, false, theirStream[i] ?? "", ourStream[i] ?? "");
  }
  return differences;
}

/** The stream cut before each command; nothing is left out. */
function commandsOf(stream: string): string[] {
  return stream.split(/(?=\*\d+\r\n\$\d+\r\n)/);
}
