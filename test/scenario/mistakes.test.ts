import { describe, expect, test } from "vitest";
import { mistakes, usual } from "./world.js";

describe("a scenario with mistakes", () => {
  test("tells of YAML that cannot be read", () => {
    expect(mistakes("duration: 60s\nnodes: [r1, r2\n")).toEqual([
      expect.stringMatching(/^partition\.yaml:3:1: flow sequence/),
    ]);
  });

  test("tells of an unknown key, with the nearest that exists", () => {
    expect(mistakes(`${usual}clientz: {}\n`)).toEqual([
      "partition.yaml:3:1: a scenario has no key clientz (did you mean clients?)",
    ]);
  });

  test("tells of a value of the wrong type, and what was expected", () => {
    expect(mistakes("duration: 60\nnodes: { replicas: two }\n")).toEqual([
      "partition.yaml:1:11: expected a duration such as 500ms, 1.5s or 2m, not 60",
      "partition.yaml:2:20: expected how many replicas (a whole number from 0 to 1000), not two",
    ]);
  });

  test("tells of a key that is missing", () => {
    expect(mistakes("nodes: { replicas: 1 }\n")).toEqual([
      "partition.yaml:1:1: the scenario needs the key duration",
    ]);
  });

  test("tells of an unknown node in a step, and which there are", () => {
    const text = [
      "duration: 60s",
      "nodes: { replicas: 1 }",
      "steps:",
      "  - at: 5s",
      "    kill: r9",
      "",
    ].join("\n");

    expect(mistakes(text)).toEqual([
      "partition.yaml:5:11: no node is called r9 (there are r1 and r2)",
    ]);
  });

  test("tells of an unknown selector, with the nearest form", () => {
    expect(mistakes(`${usual}steps: [{ at: 1s, kill: leeding sentinel }]\n`)).toEqual([
      "partition.yaml:3:25: unknown selector: leeding sentinel (did you mean leading sentinel?)",
    ]);
  });

  test("tells of a duration that cannot be read", () => {
    const text = `${usual}steps: [{ at: 5sec, kill: r1 }, { at: 3s..1s, kill: r1 }]\n`;

    expect(mistakes(text)).toEqual([
      "partition.yaml:3:15: expected a duration such as 1.5s, or a range such as 1s..3s, not 5sec",
      "partition.yaml:3:39: 3s..1s is not a range of durations (such as 1s..3s)",
    ]);
  });

  test("tells of a port that is used twice on a host", () => {
    const text = [
      "duration: 60s",
      "hosts: { box: { ip: 10.0.0.1 } }",
      "nodes:",
      "  r1: { host: box, port: 6380 }",
      "  r2: { host: box, port: 6380, replicaof: r1 }",
      "",
    ].join("\n");

    expect(mistakes(text)).toEqual([
      "partition.yaml:5:26: port 6380 on host box is used twice, by r1 and r2 (give one of them another port, or another host)",
    ]);
  });

  test("tells of a sentinel.conf that monitors nobody", () => {
    const files = { "sentinel.conf": "port 26379\n" };
    const text = "duration: 60s\nnodes:\n  r1: {}\n  s1: { config: sentinel.conf }\n";

    expect(mistakes(text, { files })).toEqual([
      "partition.yaml:4:17: sentinel.conf monitors nobody (it needs a line such as: sentinel monitor mymaster 127.0.0.1 6379 2)",
    ]);
  });

  test("tells of replicas in a circle", () => {
    const text =
      "duration: 60s\nnodes:\n  a: { replicaof: b }\n  b: { replicaof: c }\n  c: { replicaof: a }\n";

    expect(mistakes(text)).toEqual([
      "partition.yaml:3:19: replicaof goes in a circle: a -> b -> c -> a (one of a, b and c must be a master)",
    ]);
  });

  test("tells of a circle in configuration files too", () => {
    const files = {
      "a.conf": "port 6379\nreplicaof 10.0.0.2 6379\n",
      "b.conf": "port 6379\nreplicaof 10.0.0.1 6379\n",
    };
    const text = [
      "duration: 60s",
      "hosts: { a: { ip: 10.0.0.1 }, b: { ip: 10.0.0.2 } }",
      "nodes: { a: { config: a.conf }, b: { config: b.conf } }",
      "",
    ].join("\n");

    expect(mistakes(text, { files })).toEqual([expect.stringContaining("a -> b -> a")]);
  });

  test("tells of a configuration file that does not exist", () => {
    expect(mistakes("duration: 60s\nnodes:\n  r1: { config: redis.conf }\n")).toEqual([
      "partition.yaml:3:17: there is no file redis.conf beside the scenario",
    ]);
  });

  test("tells of a wrong directive where it stands, in Redis's words", () => {
    expect(mistakes(`${usual}server: { repl-timeuot: 10 }\n`)).toEqual([
      expect.stringMatching(/^partition\.yaml:3:11: .*repl-timeout/),
    ]);
    const files = { "redis.conf": "port 6379\n\nappendonly maybe\n" };
    expect(mistakes("duration: 60s\nnodes: { r1: { config: redis.conf } }\n", { files })).toEqual([
      expect.stringMatching(/^redis\.conf:3: .*argument must be 'yes' or 'no'/),
    ]);
  });

  // sentinelEvent(): the names of events are Redis's.
  test("tells of an event that no Sentinel publishes", () => {
    const text = `${usual}steps: [{ after: { event: +switch-masters }, kill: r1 }]\n`;

    expect(mistakes(text)).toEqual([
      "partition.yaml:3:27: Sentinel has no event called +switch-masters (did you mean +switch-master?)",
    ]);
  });

  test("tells of two steps with one name, and of a step that waits for itself", () => {
    const text = [
      "steps:",
      "  - { name: a, after: b, kill: r1 }",
      "  - { name: b, after: a, kill: r2 }",
      "  - { name: b, at: 1s, kill: r3 }",
      "",
    ].join("\n");

    expect(mistakes(usual + text)).toEqual(
      expect.arrayContaining([
        "partition.yaml:6:13: two steps are called b",
        expect.stringContaining("step a waits for itself"),
      ]),
    );
  });

  test("tells of a step that does nothing, two things, or cannot be undone", () => {
    const text = [
      "steps:",
      "  - { at: 1s }",
      "  - { at: 1s, kill: r1, pause: r2 }",
      "  - { at: 1s, for: 2s, restart: r1 }",
      "  - { kill: r1 }",
      "",
    ].join("\n");

    const told = mistakes(usual + text).join("\n");

    expect(told).toContain("partition.yaml:4:5: this step does nothing");
    expect(told).toContain("a step does one thing, and this one does 2: kill and pause");
    expect(told).toContain("nothing undoes restart, so it cannot be given a for");
    expect(told).toContain("when does this step act? (it needs at or after)");
  });

  test("does not call a node unknown that it could not read", () => {
    const steps = "steps: [{ at: 5s, kill: r1 }]\n";

    expect(mistakes(`duration: 9s\nnodes: { replicas: two }\n${steps}`)).toEqual([
      "partition.yaml:2:20: expected how many replicas (a whole number from 0 to 1000), not two",
    ]);
  });

  test("knows an event where a step was expected", () => {
    expect(mistakes(`${usual}steps: [{ after: +swich-master, kill: r1 }]\n`)[0]).toContain(
      "no step is called +swich-master (an event is written {event: +switch-master})",
    );
  });

  test("refuses a time that no clock can count", () => {
    expect(mistakes("duration: 99999999d\nnodes: { replicas: 1 }\n")).toEqual([
      "partition.yaml:1:11: expected a duration of less than 285 years, not 99999999d",
    ]);
  });

  test("tells of all mistakes at once, in the order of the file", () => {
    const text = [
      "duration: soon",
      "version: 8.0",
      "nodes: { replicas: 2, sentinels: 3, r3: { prot: 6380 } }",
      "clients:",
      "  c1: { policy: jedis, master: mymastr }",
      "steps:",
      "  - { at: 5s, kill: r7 }",
      "  - { at: 5s, kil: r1 }",
      "expect:",
      "  - { master: r8 }",
      "",
    ].join("\n");

    expect(mistakes(text).map((line) => line.replace(/ .*/, ""))).toEqual([
      "partition.yaml:1:11:",
      "partition.yaml:2:10:",
      "partition.yaml:3:43:",
      "partition.yaml:5:17:",
      "partition.yaml:5:32:",
      "partition.yaml:7:21:",
      "partition.yaml:8:15:",
      "partition.yaml:10:15:",
    ]);
  });
});

describe("a mistake that looks like no mistake", () => {
  test("is a claim about clients where there are none: it would hold of anything", () => {
    expect(
      mistakes(`${usual}expect: [{ outage: { at-most: 1s } }, { agreement: true }]\n`),
    ).toEqual(["partition.yaml:3:12: there is no client to say so (clients: {app: {}})"]);
  });

  test("is a run that lasts no time at all", () => {
    expect(mistakes("duration: 0s\nnodes: { replicas: 1 }\n")).toEqual([
      "partition.yaml:1:11: a run needs some time",
    ]);
  });

  test("is Sentinels of the short form that have no master to watch: told once, not for each", () => {
    expect(mistakes("duration: 60s\nnodes: { sentinels: 3 }\n")).toEqual([
      "partition.yaml:2:10: these Sentinels have no master to watch " +
        "(such as {replicas: 2, sentinels: 3}; replicas: 0 is a master alone)",
    ]);
  });

  test("is a directive of a Sentinel that is nearly one, or that stands elsewhere", () => {
    const text = `${usual}sentinel: { down-after-miliseconds: 5000, quorum: 2 }\n`;

    expect(mistakes(text)).toEqual([
      expect.stringContaining("(did you mean down-after-milliseconds?)"),
      expect.stringContaining("(the quorum is nodes.quorum)"),
    ]);
  });

  test("in a step is told by its place, for nobody counts steps", () => {
    const text = `${usual}steps: [{ at: 1s, kil: r1 }, { at: 2s, command: { on: r1, sned: PING } }]\n`;

    expect(mistakes(text)).toEqual([
      "partition.yaml:3:19: a step has no key kil (did you mean kill?)",
      "partition.yaml:3:40: command needs the key send",
      "partition.yaml:3:59: command has no key sned (did you mean send?)",
    ]);
  });
});

describe("YAML that is well-formed and still no scenario", () => {
  test("is told of an alias without its anchor, at its place", () => {
    expect(mistakes("duration: *long\nnodes: { replicas: 1 }\n")).toEqual([
      "partition.yaml:1:11: there is no anchor &long above",
    ]);
  });

  test("is told of a second document", () => {
    expect(mistakes(`${usual}---\nduration: 1s\n`)).toEqual([
      "partition.yaml:3:1: a second document begins here, and a scenario is one",
    ]);
  });
});
