/** Every command and subcommand, with every number of arguments that says nothing. */
import { describe, expect, test } from "vitest";
import { commandNames } from "./command-names.js";
import { compare } from "./comparison.js";
import type { Step } from "./grammar.js";
import { peersOfFile } from "./peers.js";

/** These end the session or the server, turn it into a replica's link, or answer more than once. */
const leftOut = new Set([
  "quit",
  "shutdown",
  "sync",
  "psync",
  "subscribe",
  "psubscribe",
  "post",
  "host:",
]);
/** Without arguments these answer more than once, or with what differs from server to server. */
const withArguments = new Set([
  "bgrewriteaof",
  "bgsave",
  "command",
  "failover",
  "info",
  "lastsave",
  "punsubscribe",
  "role",
  "save",
  "time",
  "unsubscribe",
]);
const subcommands: Readonly<Record<string, string>> = {
  acl: "whoami deluser getuser list users cat x",
  client: "kill getname setname setinfo unpause unblock no-evict no-touch getredir reply pause x",
  command: "count getkeys x",
  config: "get set rewrite resetstat x",
  debug: "x",
  pubsub: "channels numsub numpat x",
};
/** COMMAND COUNT counts commands that are not served here, GETKEYS asks about one. */
const differs = new Set(["command count", "command getkeys x"]);

const peers = peersOfFile();

/** The command with none to six arguments. */
function withAnyArguments(...name: string[]): Step[] {
  return Array.from({ length: 7 }, (_, count) => ({
    session: 0,
    command: [...name, ...Array.from({ length: count }, () => "x")],
  })).filter(({ command }) => !differs.has(command.slice(0, 3).join(" ")));
}

describe("a simulated server counts arguments as a real one", () => {
  // processCommand(), commandCheckArity().
  test("of each command", async () => {
    const steps = commandNames(await peers.simulated.ask(0, ["COMMAND"]))
      .filter((name) => !leftOut.has(name))
      .flatMap((name) => withAnyArguments(name).slice(withArguments.has(name) ? 1 : 0));

    expect(steps.length).toBeGreaterThan(600);
    expect(await compare(peers.real, peers.simulated, steps)).toEqual([]);
  });

  // lookupCommand(), commandCheckExistence(), addReplySubcommandSyntaxError().
  test.each(Object.keys(subcommands))("of each subcommand of %s", async (container) => {
    const names = subcommands[container]?.split(" ") ?? [];

    const steps = names.flatMap((name) => withAnyArguments(container, name));

    expect(await compare(peers.real, peers.simulated, steps)).toEqual([]);
  });
});
