import { describe, expect, test } from "vitest";
import { milliseconds, seconds } from "../../src/kernel/time.js";
import { Run } from "../../src/run.js";
import type { Scenario } from "../../src/scenario/scenario.js";
import { outsideHost, type Serving, served } from "../../src/scenario/served.js";
import { scenarioOf, usual } from "./world.js";

const together: Serving = { announce: "127.0.0.1", bare: true };

function ports({ nodes }: Scenario): Readonly<Record<string, number>> {
  return Object.fromEntries(nodes.map(({ name, port }) => [name, port]));
}

function runOf(scenario: Scenario, serving: Serving): Run {
  return new Run({
    scenario: served(scenario, serving),
    outside: outsideHost(scenario),
  });
}

/** What a real client on this connection is told by then. */
function told(run: Run, connection: number): string {
  return run
    .fetch()
    .map((output) =>
      output.connection !== connection ? "" : output.says === "data" ? output.bytes : output.says,
    )
    .join("");
}

function settled(run: Run): void {
  for (let i = 0; i < 600 && !run.isSettled; i++) run.advance(milliseconds(100));
  expect(run.isSettled).toBe(true);
}

describe("nodes that are served", () => {
  // expireIfNeeded() of a real replica goes by its own clock: a simulated master's has to show the same.
  test("have clocks that show what time it is, where they are told how far that is ahead", () => {
    const scenario = scenarioOf(
      "duration: 9s\nhosts: { a: { clock: { offset: -2s } }, b: {} }\n" +
        "nodes: { a: { port: 6379 }, b: { port: 6380 } }\n",
    );
    const usual = runOf(scenario, together);
    const ahead = runOf(scenario, { ...together, ahead: 86_400_000 });

    for (const node of ["a", "b"])
      expect(ahead.clockOf(node) - usual.clockOf(node)).toBe(86_400_000_000);
    expect(ahead.clockOf("b") - ahead.clockOf("a")).toBe(2_000_000);
  });
});

describe("nodes that are served at one address", () => {
  test("keep their ports where these are theirs alone", () => {
    const scenario = scenarioOf(
      "duration: 9s\nnodes: { a: { port: 6379 }, b: { port: 6390 }, c: { port: 6391 } }\n",
    );

    expect(ports(served(scenario, together))).toEqual({ a: 6379, b: 6390, c: 6391 });
  });

  test("get the next free port where others have it already", () => {
    expect(ports(served(scenarioOf(usual), together))).toEqual({
      r1: 6379,
      r2: 6380,
      r3: 6381,
      s1: 26379,
      s2: 26380,
      s3: 26381,
    });
  });

  test("are numbered from a base in the order of the scenario, if one is asked for", () => {
    const { nodes } = served(scenarioOf(usual), { ...together, portBase: 7_000 });

    expect(nodes.map(({ port }) => port)).toEqual([7_000, 7_001, 7_002, 7_003, 7_004, 7_005]);
  });

  test("are told so in their configuration files, each address together with its port", () => {
    const { nodes } = served(scenarioOf(usual), { ...together, portBase: 7_000 });
    const textOf = (name: string) => nodes.find((node) => node.name === name)?.config.text ?? "";

    expect(textOf("r2")).toContain("port 7001\n");
    expect(textOf("r2")).toContain("replicaof 127.0.0.1 7000\n");
    expect(textOf("s3")).toContain("port 7005\n");
    expect(textOf("s3")).toContain("sentinel monitor mymaster 127.0.0.1 7000 2\n");
  });

  test("have ports behind the names that texts use, and in what operators type and clients ask", () => {
    const scenario = scenarioOf(
      `${usual}names: { redis-2: r2 }
clients: { app: { workload: { every: 1s } } }
steps:
  - { name: turn, at: 20s, command: { on: r3, send: [REPLICAOF redis-2 6379, "REPLICAOF 10.77.0.11 6379"] } }
`,
    );
    const { steps, clients } = served(scenario, { ...together, bare: false });

    expect(steps[0]?.action).toMatchObject({
      lines: ["REPLICAOF redis-2 6380", "REPLICAOF 127.0.0.1 6379"],
    });
    expect(clients[0]?.settings.policy).toMatchObject({
      sentinels: [26_379, 26_380, 26_381].map((port) => ({ ip: "127.0.0.1", port })),
    });
  });

  test("find each other there, fail over, and answer real clients with that address", () => {
    const run = runOf(
      scenarioOf(`${usual}sentinel: { down-after-milliseconds: 1000 }\n`),
      together,
    );
    settled(run);
    run.inject({ kind: "kill", node: "r1", signal: "KILL" });
    run.advance(seconds(20));
    const master = run.masterOf() ?? "";
    expect(master).not.toBe("r1");
    run.take({ does: "connect", connection: 1, node: "s2" });
    run.take({
      does: "send",
      connection: 1,
      bytes: "SENTINEL get-master-addr-by-name mymaster\r\n",
    });
    run.advance(seconds(1));

    const port = `${run.addressOf(master)?.port}`;
    expect(told(run, 1)).toBe(`*2\r\n$9\r\n127.0.0.1\r\n$4\r\n${port}\r\n`);
  });

  test("are on hosts of their own still: one is cut off, and the others do not hear it", () => {
    const run = runOf(
      scenarioOf(`${usual}sentinel: { down-after-milliseconds: 1000 }\n`),
      together,
    );
    settled(run);
    run.inject({
      kind: "cut",
      name: "by hand",
      a: ["r1"],
      b: undefined,
      direction: "both",
      mode: "drop",
    });
    run.advance(seconds(20));

    expect(run.isUp("r1")).toBe(true);
    expect(run.masterOf()).not.toBe("r1");
  });

  test("refuse connections to a port of theirs that nobody has", () => {
    const run = runOf(scenarioOf(usual), together);
    settled(run);
    run.take({ does: "connect", connection: 1, node: "r2" });
    run.take({ does: "send", connection: 1, bytes: "REPLICAOF 127.0.0.1 9999\r\n" });
    run.advance(seconds(3));

    expect(told(run, 1)).toBe("+OK\r\n");
    expect(run.inspect("r2")).toMatchObject({ role: "replica", linkUp: false });
  });
});

describe("hosts that are served at addresses of their own", () => {
  test("keep the last two numbers of their address, and all of their ports", () => {
    const { hosts, nodes } = served(scenarioOf(usual), { network: 91, bare: true });

    expect(hosts.find(({ name }) => name === "r1")?.ips).toEqual(["127.91.0.11"]);
    expect(nodes.every(({ port }) => port === 6379 || port === 26_379)).toBe(true);
    expect(nodes.find(({ name }) => name === "r2")?.config.text).toContain(
      "replicaof 127.91.0.11 6379\n",
    );
  });

  test("are meant by 127.0.0.1 in their own nodes' files", () => {
    const scenario = scenarioOf(
      "duration: 9s\nhosts: { box: { ip: 10.1.2.3 } }\nnodes:\n  a: { host: box, config: a.conf }\n  b: { host: box, config: b.conf }\n",
      { files: { "a.conf": "port 7001\n", "b.conf": "port 7002\nreplicaof 127.0.0.1 7001\n" } },
    );
    const { nodes } = served(scenario, { network: 91, bare: true });

    expect(nodes[1]?.config.text).toBe("port 7002\nreplicaof 127.91.2.3 7001\n");
  });
});
