/**
 * Every command that was typed to a real Sentinel, in one session, and what it answered: compared reply by
 * reply. 7.2 is held against 7.4.1, which answers as it does but for one text.
 */
import { describe, expect, test } from "vitest";
import { behaviours, type Version } from "../../../../src/redis/version.js";
import type { Value } from "../../../../src/redis/wire/value.js";
import { Cluster, failoverTimeout } from "./driver.js";
import { readTrace, traceFile } from "./trace.js";

interface Exchange {
  readonly command: string;
  readonly reply: unknown;
}

function readSession(name: string): { exchanges: Exchange[]; events: string[]; file: string[] } {
  const [dialogue = "", rest = ""] = traceFile(name).split("---events\n");
  const exchanges = dialogue
    .split("\n")
    .filter((line) => line.includes(" => "))
    .map((line) => {
      const at = line.indexOf(" => ");
      return { command: line.slice(0, at), reply: readLiteral(line.slice(at + 4)) };
    });
  const lines = rest.split("\n");
  const events = lines.filter((line) => line.startsWith("   ")).map((line) => line.slice(12));
  return { exchanges, events, file: lines.filter((line) => line.startsWith("sentinel ")) };
}

/** A value as Python prints it: lists, numbers, None, strings; a long one was cut off with three dots. */
function readLiteral(text: string): unknown {
  let at = 0;
  const value = (): unknown => {
    const first = text[at];
    if (first === "[") return list();
    if (first === "'" || first === '"') return quoted(first);
    const word = /^(?:None|-?[0-9]+)/.exec(text.slice(at))?.[0];
    at = word === undefined ? text.length : at + word.length;
    return word === "None" ? undefined : Number(word);
  };
  const list = (): unknown[] => {
    const items: unknown[] = [];
    at++;
    while (at < text.length && text[at] !== "]") {
      items.push(value());
      while (text[at] === "," || text[at] === " ") at++;
    }
    at++;
    return items;
  };
  const quoted = (quote: string): string => {
    let result = "";
    for (at++; at < text.length && text[at] !== quote; at++) {
      if (text[at] !== "\\") {
        result += text[at];
        continue;
      }
      at++;
      result += text[at] === "r" ? "\r" : text[at] === "n" ? "\n" : text[at];
    }
    at++;
    return result;
  };
  return value();
}

/** A reply in the same form: errors begin with `ERR>`. */
function plain(reply: Value | undefined): unknown {
  switch (reply?.kind) {
    case "error":
      return `ERR>${reply.text}`;
    case "integer":
      return reply.value;
    case "array":
    case "map":
      return reply.items.map(plain);
    case "status":
    case "bulk":
      return reply.text;
    default:
      return undefined;
  }
}

/** What differs from process to process: ids, ages, ports, and the values that INFO has for them. */
function withoutChance(value: unknown, version: Version): unknown {
  if (Array.isArray(value)) {
    return value.map((item, i) => {
      const name: unknown = value[i - 1];
      const isAge = typeof name === "string" && (name.startsWith("last-") || name === "id");
      return isAge ? "a number" : withoutChance(item, version);
    });
  }
  if (typeof value !== "string") return value;
  if (value.startsWith("# Server")) return infoFields(value);
  return value
    .replace(/^[0-9a-f]{40}$/, (id) => (/^a+$/.test(id) ? id : "an id"))
    .replace(/\b(?:22[0-9]00|6000)\b/g, "PORT")
    .replace(/^[67]\.[0-9]+\.[0-9]+$/, behaviours[version].release);
}

/** The names of the fields, in their order, and the text of the Sentinel's own section. */
function infoFields(info: string): readonly string[] {
  const [server = "", ...others] = info.split("\r\n\r\n");
  const names = server.split("\r\n").map((line) => line.split(":")[0] ?? "");
  return [...names, ...others.map((text) => text.replace(/:(?:22[0-9]00|6000),/g, ":PORT,"))];
}

/** Where the replies' text is a hash table's or was cut off when it was recorded. */
function isWhole(reply: unknown): boolean {
  return !(Array.isArray(reply) && reply[0] === "mymaster") && !isHelp(reply);
}

function isHelp(reply: unknown): reply is unknown[] {
  return Array.isArray(reply) && typeof reply[0] === "string" && reply[0].startsWith("SENTINEL <");
}

function replay(version: Version, commands: readonly string[]) {
  const cluster = new Cluster({ version, sentinels: 1, replicas: 0, down: 30_000 }, "commands");
  cluster.run(2_000);
  const typed = commands.map((command) => command.replace(/\bPORT\b/g, "6000"));
  const operator = cluster.send("s0", ...typed);
  cluster.run(1_000);
  const replies = operator.replies.map(plain);
  return { replies, events: cluster.events, file: cluster.file("/s0/sentinel.conf") };
}

describe("a session with a Sentinel", () => {
  // sentinelCommand(), sentinelSetCommand(), sentinelConfigSetCommand(), addReplySentinelRedisInstance().
  test.each([
    ["command-replies_621", "6.2"],
    ["command-replies_7015", "7.0"],
    ["command-replies_741", "7.2"],
  ] as const)("is answered as in %s", (name, version) => {
    const { exchanges, events, file } = readSession(name);
    const commands = exchanges.map(({ command }) => command);

    const got = replay(version, commands);

    const wanted = exchanges.map(({ reply }) => knownDifference(reply, version));
    // Each with its command, so that a difference says where it is.
    const shown = (replies: readonly unknown[]): readonly unknown[] =>
      commands.map((command, i) => [
        command,
        isWhole(wanted[i]) ? withoutChance(replies[i], version) : undefined,
      ]);
    expect(shown(got.replies)).toEqual(shown(wanted));
    const help = wanted.findIndex(isHelp);
    const cutOff = (wanted[help] as string[]).slice(0, -1);
    expect((got.replies[help] as string[]).slice(0, cutOff.length)).toEqual(cutOff);
    const port = (text: string): string => text.replace(/\b(?:22[0-9]00|6000)\b/g, "PORT");
    const inAnyOrder = (texts: readonly string[]): string[] => texts.map(port).sort();
    expect(inAnyOrder(got.events.map(({ text }) => text))).toEqual(inAnyOrder(events));
    const own = got.file.split("\n").filter((line) => line.startsWith("sentinel "));
    expect(stateLines(inAnyOrder(own))).toEqual(stateLines(inAnyOrder(file)));
  });
});

describe("what a Sentinel shows of an instance", () => {
  // addReplySentinelRedisInstance(): the fields and their order, of a master, its replicas, its Sentinels.
  test("has the fields that were recorded, in their order", () => {
    const recorded = readTrace("auto-then-manual_7.0.15").rest;
    const cluster = new Cluster({ config: failoverTimeout(10_000) }, "fields");
    cluster.run(25_000);
    const operator = cluster.send(
      "s0",
      "SENTINEL MASTER mymaster",
      "SENTINEL REPLICAS mymaster",
      "SENTINEL SENTINELS mymaster",
    );
    cluster.run(100);
    const [master, replicas, sentinels] = operator.replies.map(plain) as [
      unknown,
      unknown[],
      unknown[],
    ];
    const printed = (title: string): unknown => {
      const line = recorded.find((text) => text.startsWith(`${title} [`)) ?? "";
      return readLiteral(line.slice(title.length + 1));
    };

    expect(fieldsOf(master)).toEqual(fieldsOf(printed("MASTER")));
    expect(fieldsOf(replicas[0])).toEqual(fieldsOf((printed("REPLICAS") as unknown[])[0]));
    expect(fieldsOf(sentinels[0])).toEqual(fieldsOf((printed("SENTINELS") as unknown[])[0]));
  });

  // Since 6.2.2 a replica may ask not to be announced.
  test.each([
    ["6.2", 2],
    ["7.0", 1],
  ] as const)(
    "in Redis %s is %i of two replicas, if one is not to be announced",
    (version, shown) => {
      const cluster = new Cluster({ version, sentinels: 1 }, "announced");
      cluster.send("r1", "CONFIG SET replica-announced no");
      cluster.run(25_000);
      const operator = cluster.send("s0", "SENTINEL REPLICAS mymaster", "SENTINEL MASTER mymaster");
      cluster.run(100);
      const [replicas, master] = operator.replies.map(plain) as [unknown[], string[]];

      expect(replicas).toHaveLength(shown);
      expect(master[master.indexOf("num-slaves") + 1]).toBe("2");
    },
  );

  // sentinelInfoCommand() of 6.2 does not know the word.
  test.each([
    ["6.2", 0],
    ["7.0", 5],
  ] as const)("INFO everything has in Redis %s %i sections", (version, sections) => {
    const cluster = new Cluster({ version, sentinels: 1, replicas: 0 }, "everything");
    const operator = cluster.send("s0", "INFO everything", "INFO all");
    cluster.run(100);
    const count = (reply: unknown): number => String(reply).split("# ").length - 1;
    const [everything, all] = operator.replies.map(plain);

    expect(count(everything)).toBe(sections);
    expect(count(all)).toBe(5);
  });
});

function fieldsOf(reply: unknown): readonly unknown[] {
  return (reply as readonly unknown[]).filter((_, i) => i % 2 === 0);
}

function stateLines(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !line.startsWith("sentinel myid"));
}

/** 7.4 puts a blank before `/ SET`, and its recorder ran at another loglevel. */
function knownDifference(reply: unknown, version: Version): unknown {
  if (version !== "7.2") return reply;
  if (Array.isArray(reply) && reply.includes("loglevel")) {
    return reply.map((item) => (item === "debug" ? "notice" : item));
  }
  return typeof reply === "string" ? reply.replace("...] / SET", "...]/ SET") : reply;
}
