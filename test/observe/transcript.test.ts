import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/kernel/record.js";
import type { Instant } from "../../src/kernel/time.js";
import { Transcript } from "../../src/observe/transcript.js";
import type { RedisNote } from "../../src/redis/note.js";

const config = { path: "/etc/redis/r1.conf", text: 'port 6379\ndir "/data"\nreplicaof a 1\n' };

function transcript(verbose = false): Transcript {
  return new Transcript({
    verbose,
    nodes: [{ name: "r1", port: 6379, config }],
    clients: [
      { name: "app", prints: false },
      { name: "script", prints: true },
    ],
  });
}

/** Hands over what nodes note, a second apart, and answers the lines of all sections. */
function told(notes: readonly (readonly [string, RedisNote])[], apart = 1): readonly string[] {
  const it = transcript();
  notes.forEach(([node, note], i) => {
    it.record({
      kind: "note",
      at: (i * apart * 1e6) as Instant,
      node,
      note,
    } as unknown as RunRecord);
  });
  return it.sections.flatMap(({ lines }) =>
    lines.map(({ text, count }) => (count === 1 ? text : `${text} x${count}`)),
  );
}

const log = (text: string): RedisNote => ({ kind: "log", level: "*", text });
const event = (channel: string, payload: string): RedisNote => ({
  kind: "event",
  level: "#",
  channel,
  payload,
  master: "mymaster",
});
const write = (kind: "ok" | "fail", i: number, error?: string): RedisNote => ({
  kind,
  i,
  operation: "write",
  key: `k${i}`,
  value: `${i}`,
  micros: 100,
  error,
  server: undefined,
});

describe("a transcript", () => {
  test("tells a cycle of lines that comes round once, with a count", () => {
    const cycle = [
      log("Connecting to MASTER a:1"),
      log("Error condition on socket for SYNC: refused"),
    ];

    expect(told([...cycle, ...cycle, ...cycle].map((note) => ["r1", note]))).toEqual([
      "Connecting to MASTER a:1 x3",
      "Error condition on socket for SYNC: refused x3",
    ]);
  });

  test("keeps an application's failures between its successes", () => {
    const lines = ["set foo1 bar1", "set foo2 bar2", "Exception", "Exception", "set foo5 bar5"];

    expect(told(lines.map((text) => ["script", { kind: "print", text }]))).toEqual([
      "set foo1 bar1 x2",
      "Exception x2",
      "set foo5 bar5",
    ]);
  });

  test("tells of a workload when it works and why it does not, not each operation", () => {
    const notes = [
      write("ok", 0),
      write("ok", 1),
      write("fail", 2, "refused"),
      write("fail", 3, "refused"),
      write("ok", 4),
    ];

    expect(told(notes.map((note) => ["app", note]))).toEqual([
      "writes work from k0 on",
      "write fails: refused x2",
      "writes work again from k4 on",
    ]);
    expect(told(notes.map((note) => ["script", note]))).toEqual([]);
  });

  test("folds outcomes that flicker, and keeps outages apart", () => {
    const flicker = [0, 2, 4].flatMap((i) => [write("ok", i), write("fail", i + 1, "refused")]);

    expect(
      told(
        flicker.map((note) => ["app", note]),
        0.1,
      ),
    ).toEqual([
      "writes work from k0 on",
      "write fails: refused x3",
      "writes work again from k2 on x2",
    ]);
    expect(
      told(
        flicker.map((note) => ["app", note]),
        2,
      ),
    ).toHaveLength(6);
  });

  test("leaves the small steps of a handshake to --verbose", () => {
    expect(told([["r1", log("Non blocking connect for SYNC fired the event.")]])).toEqual([]);
  });

  test("tells of a client in a log who it is and what it asked for", () => {
    const text =
      "MASTER MODE enabled (user request from 'id=5 addr=10.0.0.1:3 laddr=10.0.0.2:4 fd=9 name=sentinel-a-cmd age=1 cmd=slaveof user=default')";

    expect(told([["r1", log(text)]])).toEqual([
      "MASTER MODE enabled (user request from '... addr=10.0.0.1:3 ... name=sentinel-a-cmd ... cmd=slaveof ...')",
    ]);
  });

  test("says whose ids a vote is about", () => {
    const [one, two] = ["1".repeat(40), "2".repeat(40)];

    expect(
      told([
        ["s1", log(`Sentinel ID is ${one}`)],
        ["s2", log(`Sentinel ID is ${two}`)],
        ["s2", event("+vote-for-leader", `${one} 7`)],
        ["s1", log(`${two} voted for ${one} 7`)],
      ]).slice(2),
    ).toEqual([`+vote-for-leader ${one} 7 (s1)`, `${two} voted for ${one} 7 (s2 for s1)`]);
  });

  test("opens a section for each act and for a master's trouble, once", () => {
    const it = transcript();
    const down = event("+sdown", "master mymaster 10.0.0.1 6379");
    it.record({ kind: "act", at: 1 as Instant, step: "cut", on: ["r1"] });
    for (const node of ["s1", "s2"])
      it.record({ kind: "note", at: 2 as Instant, node, note: down } as unknown as RunRecord);

    expect(it.sections.map(({ title }) => title)).toEqual(["cut", "mymaster is down"]);
  });

  test("shows of a file what has changed in meaning, and then what has changed since", () => {
    const look = (reply: string): RedisNote => ({
      kind: "command",
      step: "look",
      target: "r1",
      command: "cat /etc/redis/r1.conf",
      reply,
    });

    expect(
      told([
        ["operator", look("port 6379\ndir /data\nreplicaof b 2\n")],
        ["operator", look("port 6379\ndir /data\nreplicaof b 2\n")],
      ]),
    ).toEqual([
      "$ cat /etc/redis/r1.conf  # what has changed",
      "- replicaof a 1",
      "+ replicaof b 2",
      "$ cat /etc/redis/r1.conf  # as before",
    ]);
  });

  test("shows an operator's commands with redis-cli's prompt", () => {
    const note: RedisNote = {
      kind: "command",
      step: "a",
      target: "r1",
      command: "PING",
      reply: "PONG",
    };

    expect(told([["operator", note]])).toEqual(["127.0.0.1:6379> PING", "PONG"]);
  });
});
