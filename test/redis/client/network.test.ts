import { describe, expect, test } from "vitest";
import type { Actor, ActorFactory, Context, Input, Note } from "../../../src/kernel/actor.js";
import { Simulation } from "../../../src/kernel/simulation.js";
import { type Instant, milliseconds, seconds } from "../../../src/kernel/time.js";
import { type ClientSettings, client } from "../../../src/redis/client/client.js";
import { Operator } from "../../../src/redis/client/operator.js";
import { workloadDefaults } from "../../../src/redis/client/workload.js";
import type { Request } from "../../../src/redis/wire/value.js";
import type { Answer } from "./alone.js";
import { known, sentinelAnswer, server, serverAnswer } from "./peers.js";

/** A peer on the simulated network that answers from a function. */
class Peer implements Actor {
  readonly #context: Context;
  readonly #port: number;
  readonly #answer: Answer;

  constructor(context: Context, port: number, answer: Answer) {
    this.#context = context;
    this.#port = port;
    this.#answer = answer;
  }

  handle(input: Input): void {
    if (input.kind === "started") this.#context.listen(this.#port);
    if (input.kind !== "received") return;
    const reply = this.#answer((input.payload as Request).args, input.connection);
    if (reply !== undefined) this.#context.send(input.connection, reply);
  }
}

const settings: ClientSettings = {
  kind: "workloads",
  policy: {
    kind: "redis-py",
    sentinels: [{ ip: "10.0.1.1", port: 26379 }],
    master: "mymaster",
    socketTimeout: milliseconds(500),
  },
  workloads: [workloadDefaults],
};

function cluster(application: ClientSettings = settings) {
  const notes: (Note & { readonly at: number })[] = [];
  const simulation = new Simulation({
    seed: "1",
    watch: (_node, note, at) => notes.push({ ...note, at }),
  });
  const add = (name: string, ip: string, factory: ActorFactory) => {
    simulation.addHost(name, { ips: [ip] });
    simulation.addNode(name, { host: name, factory });
    simulation.boot(name);
  };
  const answer = serverAnswer(server("master"));
  add("r1", "10.0.0.1", (context) => new Peer(context, 6379, answer));
  const asked = sentinelAnswer(known("10.0.0.1"));
  add("s1", "10.0.1.1", (context) => new Peer(context, 26379, asked));
  add("c1", "10.0.2.1", client(application));
  const ends = () => notes.filter(({ kind }) => kind !== "invoke");
  return { simulation, notes, ends };
}

describe("the recordings' client on the simulated network", () => {
  test("writes every 100 ms, each in a good part of a millisecond", () => {
    const { simulation, notes, ends } = cluster();

    simulation.advance(seconds(60));

    const invoked = notes.filter(({ kind }) => kind === "invoke");
    expect(invoked.length).toBeGreaterThan(590);
    expect(invoked.length).toBeLessThanOrEqual(600);
    const times = ends().map((note) => Number(note["micros"]));
    const usual = times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
    expect(usual).toBeGreaterThan(150);
    expect(usual).toBeLessThan(700);
  });

  // real-runs: kill_master, freeze_master.
  test("is refused at once by a killed master, and times out on a frozen one and on a cut", () => {
    const killed = cluster();
    killed.simulation.advance(milliseconds(1_050));
    killed.simulation.inject({ kind: "kill", node: "r1", signal: "KILL" });
    killed.simulation.advance(seconds(1));
    const frozen = cluster();
    frozen.simulation.advance(milliseconds(1_050));
    frozen.simulation.inject({ kind: "pause", node: "r1" });
    frozen.simulation.advance(milliseconds(1_900));
    const cut = cluster();
    cut.simulation.advance(milliseconds(1_050));
    cut.simulation.inject({
      kind: "cut",
      name: "c",
      a: ["r1"],
      b: undefined,
      direction: "both",
      mode: "drop",
    });
    cut.simulation.advance(milliseconds(1_900));

    const lastOf = ({ ends }: ReturnType<typeof cluster>) => ends().at(-1);
    expect(lastOf(killed)).toMatchObject({
      kind: "fail",
      error: "ConnectionError: Error 111 connecting to 10.0.0.1:6379. Connection refused.",
    });
    expect(Number(lastOf(killed)?.["micros"])).toBeLessThan(2_000);
    expect(lastOf(frozen)).toMatchObject({
      kind: "info",
      error: "TimeoutError: Timeout reading from socket",
    });
    const took = Number(lastOf(frozen)?.["micros"]);
    expect(took).toBeGreaterThanOrEqual(500_000);
    expect(took).toBeLessThan(503_000);
    const refused = cut.ends().filter(({ kind }) => kind !== "ok");
    expect(refused.slice(0, 2)).toMatchObject([
      { kind: "info", error: "TimeoutError: Timeout reading from socket" },
      { kind: "fail", error: "TimeoutError: Timeout connecting to server" },
    ]);
  });

  test("does the same in every run of a seed", () => {
    const fingerprints = [0, 1].map(() => {
      const { simulation } = cluster();
      simulation.advance(seconds(5));
      return simulation.fingerprint();
    });

    expect(fingerprints[0]).toBe(fingerprints[1]);
  });

  test("offers an open loop's rate to the operation", () => {
    const { simulation, ends } = cluster({
      kind: "workloads",
      policy: {
        kind: "ioredis",
        sentinels: [{ ip: "10.0.1.1", port: 26379 }],
        master: "mymaster",
      },
      workloads: [{ ...workloadDefaults, pace: { kind: "rate", perSecond: 1_000 } }],
    });

    simulation.advance(seconds(10));

    expect(ends().length).toBeGreaterThan(9_990);
    expect(ends().every(({ kind }) => kind === "ok")).toBe(true);
  });
});

test("an operator's command reaches a node whose host is cut off", () => {
  const { simulation, ends } = cluster({ ...settings, workloads: [] } as ClientSettings);
  let operator: Operator | undefined;
  simulation.addNode("operator", {
    host: "r1",
    factory: (context) => {
      operator = new Operator(context);
      return operator;
    },
  });
  simulation.boot("operator");
  simulation.advance(seconds(1));
  simulation.inject({
    kind: "cut",
    name: "c",
    a: ["r1"],
    b: undefined,
    direction: "both",
    mode: "drop",
  });

  simulation.at(milliseconds(1_500) as number as Instant, () => {
    operator?.submit({ step: "ask", target: "r1", port: 6379, commands: ["DBSIZE"] });
  });
  simulation.advance(seconds(1));

  expect(ends()).toMatchObject([{ kind: "command", target: "r1", reply: "(integer) 0" }]);
});
