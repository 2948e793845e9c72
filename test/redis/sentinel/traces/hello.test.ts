/**
 * Hellos of Sentinels that are not there, with addresses and ids in conflict, as recorded from a real one.
 * Whole runs are compared, each of its steps with what the Sentinel then knew, and its file at the end.
 */
import { describe, expect, test } from "vitest";
import type { Version } from "../../../../src/redis/version.js";
import type { Value } from "../../../../src/redis/wire/value.js";
import { Cluster, failoverTimeout } from "./driver.js";
import { readTrace } from "./trace.js";

/** Each published hello, what came of it, and who was known 150 ms later. */
function replay(name: string, version: Version): { said: string[]; config: string[] } {
  const setup = { version, sentinels: 1, config: failoverTimeout(10_000) };
  const cluster = new Cluster(setup, "hello");
  const said: string[] = [];
  for (const { at, text } of readTrace(name).steps) {
    if (!text.startsWith("PUB ")) continue;
    cluster.runTo(at);
    said.push(text);
    const from = cluster.events.length;
    cluster.send("s0", `PUBLISH __sentinel__:hello ${text.slice(4)}`);
    cluster.run(140);
    const operator = cluster.send("s0", "SENTINEL SENTINELS mymaster");
    cluster.run(5);
    said.push(...cluster.events.slice(from).map((event) => event.text));
    said.push(...known(operator.replies[0]));
  }
  const from = cluster.events.length;
  cluster.runTo(17_000);
  said.push(
    ...cluster.events
      .slice(from)
      .map((event) => event.text)
      .sort(),
  );
  return { said, config: sentinelLines(cluster.file("/s0/sentinel.conf")) };
}

function known(reply: Value | undefined): string[] {
  if (reply?.kind !== "array") return ["no reply"];
  const lines = reply.items.map((instance) => {
    const texts =
      "items" in instance ? instance.items.map((item) => ("text" in item ? item.text : "")) : [];
    const field = (name: string): string | undefined => texts[texts.indexOf(name) + 1];
    return `known ${field("name")} ip=${field("ip")} port=${field("port")} flags=${field("flags")}`;
  });
  return lines.sort();
}

/** The recording in the same form: the order of what is known is a hash table's. */
function recorded(name: string): { said: string[]; config: string[] } {
  const { steps, events, rest } = readTrace(name);
  const said: string[] = [];
  let lines: string[] = [];
  steps.forEach(({ at, text }, i) => {
    if (text.startsWith("known ")) lines.push(text);
    const next = steps[i + 1];
    if (next?.text.startsWith("PUB ") !== false) {
      said.push(...lines.sort());
      lines = [];
    }
    if (!text.startsWith("PUB ")) return;
    const until = steps.slice(i + 1).find((step) => step.text.startsWith("PUB "))?.at ?? at + 160;
    said.push(text);
    said.push(
      ...events.filter((event) => event.at >= at && event.at < until).map((event) => event.text),
    );
  });
  const end = (steps.findLast(({ text }) => text.startsWith("PUB "))?.at ?? 0) + 160;
  const late = events.filter(({ at }) => at >= end && at < 17_000);
  said.push(...lines.sort(), ...late.map((event) => event.text).sort());
  return { said, config: sentinelLines(rest.join("\n")) };
}

/** What the file says of the Sentinel's state, but for its own id. */
function sentinelLines(text: string): string[] {
  const lines = text.split("\n").filter((line) => line.startsWith("sentinel "));
  return lines.filter((line) => !line.startsWith("sentinel myid ")).sort();
}

describe("hellos with addresses and ids in conflict", () => {
  // sentinelProcessHelloMessage(), sentinelUpdateSentinelAddressInAllMasters(), removeMatchingSentinelFromMaster().
  test.each([
    ["hello_6.2.1", "6.2"],
    ["hello_7.0.15", "7.0"],
  ] as const)("are taken as in %s", (name, version) => {
    expect(replay(name, version)).toEqual(recorded(name));
  });
});
