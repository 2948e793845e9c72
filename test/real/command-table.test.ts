/** What COMMAND tells of each command that is modelled, and which categories of ACL CAT it is in. */
import { describe, expect, test } from "vitest";
import { encode } from "../../src/redis/wire/encode.js";
import { ReplyParser } from "../../src/redis/wire/parse-reply.js";
import type { Value } from "../../src/redis/wire/value.js";
import type { Peer } from "./peer.js";
import { peersOfFile } from "./peers.js";
import { behaviour } from "./release.js";

/**
 * Flags of what is not modelled: the slow log, in 6.2 MONITOR and scripts too, and that in 7.2 a script may
 * wait.
 */
const leftOut = behaviour.from72
  ? /^(?:skip_slowlog|noscript)$/
  : behaviour.from70
    ? /^skip_slowlog$/
    : /^(?:skip_monitor|skip_slowlog|random|sort_for_script|noscript|movablekeys)$/;

const peers = peersOfFile();

function itemsOf(value: Value | undefined): readonly Value[] {
  return value !== undefined && "items" in value ? value.items : [];
}

function wordOf(value: Value | undefined): string {
  if (value === undefined) return "";
  return value.kind === "integer" ? `${value.value}` : "text" in value ? value.text : "";
}

/** A set has no order, and what 7.0 keeps in a hash table a random one. */
function sorted(value: Value | undefined): string[] {
  return itemsOf(value)
    .map((each) => encode(each))
    .sort();
}

/** By name: arity, flags, first and last key and the step, categories, and what 7.0 tells besides. */
async function tableOf(peer: Peer): Promise<Map<string, unknown>> {
  const [table] = new ReplyParser().feed(await peer.ask(0, ["COMMAND"]));
  const rows = itemsOf(table).map((row) => {
    const [name, arity, flags, first, last, step, categories, tips, specs, subcommands] =
      itemsOf(row);
    const words = (list: Value | undefined) =>
      itemsOf(list)
        .map(wordOf)
        .filter((word) => !leftOut.test(word))
        .sort();
    const numbers = [arity, first, last, step].map(wordOf);
    // What a client of a cluster reads: all of it, to the byte.
    const more = [tips, specs].map((each) => (each === undefined ? "" : encode(each)));
    const said = { numbers, flags: words(flags), categories: words(categories), more };
    return [wordOf(name), { ...said, subcommands: sorted(subcommands) }] as const;
  });
  return new Map(rows);
}

/** Subcommands come in the order of a hash table. */
function inOrder(reply: string | undefined): string {
  const table = /(?=^\*10\r\n\$\d+\r\n\w+\|)/m;
  return (reply ?? "").split(table).sort().join("");
}

async function wordsOf(peer: Peer, ...command: string[]): Promise<string[]> {
  const [reply] = new ReplyParser().feed(await peer.ask(0, command));
  return itemsOf(reply).map(wordOf);
}

describe("a simulated server tells of its commands what a real one does", () => {
  // addReplyCommandInfo()
  test("to COMMAND", async () => {
    const theirs = await tableOf(peers.real);
    const ours = await tableOf(peers.simulated);
    // 6.2 answers QUIT before it looks into its table.
    if (!behaviour.from70) ours.delete("quit");

    expect(ours.size).toBeGreaterThan(100);
    for (const [name, row] of ours) expect(row, name).toEqual(theirs.get(name));
  });

  // commandInfoCommand(), getKeysSubcommandImpl(), commandListCommand()
  test.each(
    `INFO get nosuch config/set config/x get/x config/set/y client/no-evict sintercard
    INFO copy sunionstore lmove set getex mset
    GETKEYS|GETKEYS get|GETKEYS get a|GETKEYS get a b|GETKEYS ping|GETKEYS ping a b c|GETKEYS nosuch a
    GETKEYS mset a 1 b 2|GETKEYS mset a 1 b|GETKEYS config x y|GETKEYS config get y|GETKEYS config
    GETKEYS del a b c|GETKEYS sunionstore a b c|GETKEYS rename a b|GETKEYS sintercard 2 a b
    GETKEYS sintercard 3 a b|GETKEYS sintercard x a b|GETKEYS sintercard 0 a|GETKEYS sintercard 1 a b
    GETKEYS sintercard -1 a|GETKEYS flushall|GETKEYS scan 0|GETKEYS wait 1 1
    GETKEYSANDFLAGS set a 1 GET|GETKEYSANDFLAGS set a 1 ex 5|GETKEYSANDFLAGS get|GETKEYSANDFLAGS nosuch a
    GETKEYSANDFLAGS copy a b|GETKEYSANDFLAGS sunionstore a b c|GETKEYSANDFLAGS mset a 1 b 2
    GETKEYSANDFLAGS sintercard 2 a b limit 3|GETKEYSANDFLAGS del a b|GETKEYSANDFLAGS ping a b
    GETKEYSANDFLAGS|LIST FILTERBY PATTERN getk*|LIST FILTERBY nosuch x|LIST x|DOCS nosuch|COUNT x|HELP|HELP x`
      .split(/\||\n\s*/)
      .map((line) => line.trim().replaceAll("/", "|")),
  )("to COMMAND %s", async (line) => {
    for (const protocol of ["2", "3"]) {
      const replies = [];
      for (const peer of [peers.real, peers.simulated]) {
        await peer.ask(1, ["HELLO", protocol]);
        replies.push(await peer.ask(1, ["COMMAND", ...line.split(" ")]));
      }
      const [theirs = "", ours] = replies;

      expect(inOrder(ours)).toBe(inOrder(theirs));
    }
  });

  // aclCatWithFlags()
  test("to ACL CAT, subcommands included from 7.0 on", async () => {
    const categories = await wordsOf(peers.simulated, "ACL", "CAT");
    const known = new Set((await tableOf(peers.simulated)).keys());
    const isKnown = (name: string) => known.has(name.split("|", 1)[0] ?? "");

    expect(categories).toEqual(await wordsOf(peers.real, "ACL", "CAT"));
    for (const category of categories) {
      const theirs = (await wordsOf(peers.real, "ACL", "CAT", category)).filter(isKnown);
      const ours = await wordsOf(peers.simulated, "ACL", "CAT", category);
      const served = ours.filter((name) => behaviour.from70 || name !== "quit");
      expect(served.sort(), category).toEqual(theirs.sort());
    }
  });
});
