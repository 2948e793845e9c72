/** What COMMAND tells of each command that is modelled, and which categories of ACL CAT it is in. */
import { describe, expect, test } from "vitest";
import { ReplyParser } from "../../src/redis/wire/parse-reply.js";
import type { Value } from "../../src/redis/wire/value.js";
import type { Peer } from "./peer.js";
import { peersOfFile } from "./peers.js";
import { behaviour } from "./release.js";

/** Flags of what is not modelled: MONITOR, the slow log, scripts, the cluster's movable keys. */
const leftOut =
  /^(?:skip_monitor|skip_slowlog|random|sort_for_script|noscript|movablekeys|no_mandatory_keys)$/;

const peers = peersOfFile();

function itemsOf(value: Value | undefined): readonly Value[] {
  return value !== undefined && "items" in value ? value.items : [];
}

function wordOf(value: Value | undefined): string {
  if (value === undefined) return "";
  return value.kind === "integer" ? `${value.value}` : "text" in value ? value.text : "";
}

/** By name: arity, flags, first and last key and the step, categories. */
async function tableOf(peer: Peer): Promise<Map<string, unknown>> {
  const [table] = new ReplyParser().feed(await peer.ask(0, ["COMMAND"]));
  const rows = itemsOf(table).map((row) => {
    const [name, arity, flags, first, last, step, categories] = itemsOf(row);
    const words = (list: Value | undefined) =>
      itemsOf(list)
        .map(wordOf)
        .filter((word) => !leftOut.test(word))
        .sort();
    const numbers = [arity, first, last, step].map(wordOf);
    return [wordOf(name), { numbers, flags: words(flags), categories: words(categories) }] as const;
  });
  return new Map(rows);
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
