import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/kernel/random.js";
import type { RedisNote } from "../../src/redis/note.js";
import { faultsOf, SelectorError, undoing } from "../../src/scenario/action.js";
import { parseSelector } from "../../src/scenario/selector.js";
import { SelectorState } from "../../src/scenario/selectors.js";
import { scenarioOf, usual } from "./world.js";

function world(): SelectorState {
  const state = new SelectorState(scenarioOf(`${usual}clients: { c1: {} }\n`));
  for (const node of ["r1", "r2", "r3", "s1", "s2", "s3"]) state.up(node);
  state.note("r1", role("master"));
  state.note("r2", role("replica"));
  state.note("r3", role("replica"));
  for (const sentinel of ["s1", "s2", "s3"]) state.note(sentinel, names("10.77.0.11"));
  return state;
}

function role(kind: "master" | "replica"): RedisNote {
  return {
    kind: "role",
    role: kind,
    ip: "",
    port: 6379,
    replicationId: "",
    offset: 0,
    master: undefined,
  };
}

function names(ip: string): RedisNote {
  return { kind: "names", master: "mymaster", ip, port: 6379, epoch: 0 };
}

function event(channel: string, payload: string): RedisNote {
  return { kind: "event", level: "#", channel, payload, master: "mymaster" };
}

function chosen(state: SelectorState, text: string): unknown {
  const found = state.choice(new RandomStream("1", "step test")).nodes(parseSelector(text));
  return found instanceof SelectorError ? found.text : found;
}

describe("the master", () => {
  test("is the one that most live Sentinels name", () => {
    const state = world();
    state.note("s1", names("10.77.0.12"));
    expect(chosen(state, "the master")).toEqual(["r1"]);

    state.note("s2", names("10.77.0.12"));
    expect(chosen(state, "the master")).toEqual(["r2"]);
    expect(chosen(state, "the former master")).toEqual(["r1"]);
    expect(chosen(state, "every replica")).toEqual(["r1", "r3"]);
  });

  test("is, where no Sentinel lives, the last that reported the role", () => {
    const state = world();
    for (const sentinel of ["s1", "s2", "s3"]) state.down(sentinel);
    state.note("r3", role("master"));

    expect(chosen(state, "the master")).toEqual(["r3"]);
  });

  test("is an error while nobody is known as one", () => {
    expect(chosen(new SelectorState(scenarioOf(usual)), "the master")).toBe(
      "nobody is known as master",
    );
  });
});

describe("the leading Sentinel", () => {
  // sentinelStartFailover(): +try-failover; sentinelFailoverWaitStart(): +elected-leader.
  test("is the first until one tries a failover, and then that one", () => {
    const state = world();
    expect(chosen(state, "leading sentinel")).toEqual(["s1"]);

    state.note("s3", event("+try-failover", "master mymaster 10.77.0.11 6379"));
    expect(chosen(state, "leading sentinel")).toEqual(["s3"]);
  });
});

describe("any replica", () => {
  test("is drawn from the step's own stream, among those that are up", () => {
    const state = world();
    const drawn = new Set(
      Array.from({ length: 40 }, (_, seed) => {
        const found = state
          .choice(new RandomStream(`${seed}`, "step x"))
          .nodes(parseSelector("any replica"));
        return String(found);
      }),
    );
    expect([...drawn].sort()).toEqual(["r2", "r3"]);

    state.down("r2");
    expect(chosen(state, "any replica")).toEqual(["r3"]);
  });
});

describe("other selectors", () => {
  test("take a node for its host, everything on a host, and what a step chose", () => {
    const state = world();
    state.acted("kill", ["r2"]);

    expect(chosen(state, "as kill")).toEqual(["r2"]);
    expect(chosen(state, "host of the master")).toEqual(["r1"]);
    expect(state.choice(new RandomStream("1", "x")).hosts(parseSelector("every client"))).toEqual([
      "c1",
    ]);
  });
});

describe("settled", () => {
  test("is once every Sentinel knows all others and all replicas, and every link is up", () => {
    const state = world();
    const link = (node: string) =>
      state.note(node, { kind: "link", up: true, master: "10.77.0.11:6379", offset: 0 });
    const all = (channel: string, ips: readonly string[], port: number) => {
      for (const sentinel of ["s1", "s2", "s3"])
        for (const ip of ips)
          state.note(sentinel, event(channel, `x name ${ip} ${port} @ mymaster 10.77.0.11 6379`));
    };
    link("r2");
    all("+sentinel", ["10.77.0.21", "10.77.0.22", "10.77.0.23"], 26_379);
    all("+slave", ["10.77.0.12"], 6_379);
    expect(state.settled).toBe(false);

    all("+slave", ["10.77.0.13"], 6_379);
    expect(state.settled).toBe(false);

    link("r3");
    expect(state.settled).toBe(true);

    state.note("s1", event("+reset-master", "master mymaster 10.77.0.11 6379"));
    expect(state.settled).toBe(false);
  });
});

describe("a fault of a step", () => {
  test("is made for each node that is chosen, and undone for the same ones", () => {
    const choice = world().choice(new RandomStream("1", "x"));
    const target = parseSelector("every replica");

    const faults = faultsOf({ kind: "pause", target }, "pause-1", choice);

    expect(faults).toEqual([
      { kind: "pause", node: "r2" },
      { kind: "pause", node: "r3" },
    ]);
    expect(Array.isArray(faults) && faults.map(undoing)).toEqual([
      { kind: "resume", node: "r2" },
      { kind: "resume", node: "r3" },
    ]);
  });

  test("that cuts is known by its act, and healed by that name", () => {
    const choice = world().choice(new RandomStream("1", "x"));
    const [cut] = [
      faultsOf(
        {
          kind: "cut",
          a: parseSelector("the master"),
          b: undefined,
          direction: "both",
          mode: "drop",
        },
        "cut-1#2",
        choice,
      ),
    ].flat();

    expect(cut).toEqual({
      kind: "cut",
      name: "cut-1#2",
      a: ["r1"],
      b: undefined,
      direction: "both",
      mode: "drop",
    });
    expect(cut !== undefined && !(cut instanceof SelectorError) && undoing(cut)).toEqual({
      kind: "heal",
      name: "cut-1#2",
    });
  });
});
