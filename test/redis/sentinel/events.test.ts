/**
 * Every event that a Sentinel can say, and its level: a warning calls the notification script. Most payloads
 * are held to the letter by the recordings (traces/); the others are here.
 */
import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../src/kernel/time.js";
import { scriptFile } from "../../../src/redis/sentinel/script-file.js";
import { World, type WorldOptions } from "./world.js";

/** The levels of sentinelEvent()'s calls: warning, notice, verbose. */
const levels: Readonly<Record<string, string>> = {
  "+monitor": "#",
  "-monitor": "#",
  "+set": "#",
  "+reset-master": "#",
  "+slave": "*",
  "+sentinel": "*",
  "+sentinel-address-switch": "*",
  "+sentinel-invalid-addr": "*",
  "+sentinel-address-update": "*",
  "+reboot": "*",
  "+role-change": "-",
  "-role-change": "-",
  "+convert-to-slave": "*",
  "+fix-slave-config": "*",
  "+sdown": "#",
  "-sdown": "#",
  "+odown": "#",
  "-odown": "#",
  "+new-epoch": "#",
  "+vote-for-leader": "#",
  "+try-failover": "#",
  "+elected-leader": "#",
  "-failover-abort-not-elected": "#",
  "+failover-state-select-slave": "#",
  "+selected-slave": "#",
  "-failover-abort-no-good-slave": "#",
  "+failover-state-send-slaveof-noone": "*",
  "+failover-state-wait-promotion": "*",
  "-failover-abort-slave-timeout": "#",
  "+promoted-slave": "#",
  "+failover-state-reconf-slaves": "#",
  "+slave-reconf-sent": "*",
  "+slave-reconf-inprog": "*",
  "+slave-reconf-done": "*",
  "-slave-reconf-sent-timeout": "*",
  "+failover-end-for-timeout": "#",
  "+failover-end": "#",
  "+slave-reconf-sent-be": "*",
  "+config-update-from": "#",
  "+switch-master": "#",
  "+tilt": "#",
  "-tilt": "#",
  "-script-error": "#",
  "-script-timeout": "#",
};

const alpha = "e".repeat(40);
const beta = "f".repeat(40);

function hello(port: number, id: string, master = "mymaster"): string {
  return `PUBLISH __sentinel__:hello 10.0.1.9,${port},${id},0,${master},10.0.0.1,6379,0`;
}

function settled(options: WorldOptions = {}): World {
  const world = new World(options);
  world.run(15_000);
  return world;
}

function kill(world: World, ...nodes: readonly string[]): void {
  for (const node of nodes) world.inject({ kind: "kill", node, signal: "KILL" });
}

/** Small worlds in which, taken together, everything is said. */
const worlds: readonly (() => World)[] = [
  function theMasterDiesAndComesBack() {
    const world = settled();
    kill(world, "r1");
    world.run(15_000);
    world.facts("r1").runId = "9".repeat(40);
    world.inject({ kind: "restart", node: "r1" });
    world.run(25_000);
    return world;
  },
  function nobodyIsElected() {
    const world = settled({ quorum: 1, config: ["sentinel failover-timeout mymaster 4000"] });
    kill(world, "r1", "s2", "s3");
    world.run(12_000);
    return world;
  },
  function thereIsNoReplica() {
    const world = settled({ replicas: 0 });
    kill(world, "r1");
    world.run(6_000);
    world.inject({ kind: "restart", node: "r1" });
    world.facts("r1").runId = "9".repeat(40);
    world.run(3_000);
    return world;
  },
  function theReplicaDoesNotObey() {
    const world = settled({ sentinels: 1, config: ["sentinel failover-timeout mymaster 4000"] });
    world.facts("r2").obeys = false;
    world.facts("r3").obeys = false;
    world.command("s1", "SENTINEL failover mymaster");
    world.run(8_000);
    return world;
  },
  function otherReplicasDoNotObey() {
    const world = settled({
      sentinels: 1,
      replicas: 3,
      config: ["sentinel failover-timeout mymaster 6000", "sentinel parallel-syncs mymaster 1"],
    });
    world.facts("r3").obeys = false;
    world.facts("r4").obeys = false;
    world.facts("r2").priority = 1;
    world.run(11_000);
    world.command("s1", "SENTINEL failover mymaster");
    world.run(30_000);
    return world;
  },
  function oneIsToldTwice() {
    const world = settled({
      sentinels: 1,
      replicas: 3,
      config: ["sentinel failover-timeout mymaster 60000", "sentinel parallel-syncs mymaster 3"],
    });
    world.facts("r3").obeys = false;
    world.facts("r2").priority = 1;
    world.run(11_000);
    world.command("s1", "SENTINEL failover mymaster");
    world.run(15_000);
    return world;
  },
  function othersConflict() {
    const world = settled({ sentinels: 1, replicas: 0 });
    world.command(
      "s1",
      "SENTINEL monitor other 10.0.0.1 6379 1",
      hello(1, alpha),
      hello(1, alpha, "other"),
      hello(2, alpha),
      hello(2, beta),
      "SENTINEL set mymaster quorum 7",
      "SENTINEL reset other",
      "SENTINEL remove other",
    );
    return world;
  },
  function itWasHeldUp() {
    const world = settled({ sentinels: 1 });
    world.inject({ kind: "pause", node: "s1" });
    world.run(3_000);
    world.inject({ kind: "resume", node: "s1" });
    world.run(32_000);
    return world;
  },
  function scriptsFail() {
    const files = {
      "/bad": scriptFile(3, milliseconds(10)),
      "/long": scriptFile(0, milliseconds(90_000)),
    };
    const config = [
      "sentinel notification-script mymaster /bad",
      "sentinel deny-scripts-reconfig no",
    ];
    const world = settled({ sentinels: 1, replicas: 0, config, files });
    world.command("s1", "SENTINEL set mymaster notification-script /long");
    world.run(62_000);
    return world;
  },
];

describe("an event", () => {
  // sentinelEvent(level, type, ...)
  test("has the level that Redis gives it, and all of them are said", () => {
    const said = worlds.flatMap((make) => make().events);

    const seen = new Map(said.map(({ channel, level }) => [channel, level]));
    expect(Object.fromEntries([...seen].sort())).toEqual(
      Object.fromEntries(Object.entries(levels).sort()),
    );
    for (const { channel, level } of said) expect(level).toBe(levels[channel]);
  });

  // sentinelUpdateSentinelAddressInAllMasters()
  test("tells how many other masters know the Sentinel that has moved", () => {
    const world = settled({ sentinels: 1, replicas: 0 });
    const from = world.eventsOf("s1").length;
    world.command(
      "s1",
      "SENTINEL monitor m2 10.0.0.1 6379 1",
      "SENTINEL monitor m3 10.0.0.1 6379 1",
      ...["mymaster", "m2", "m3"].map((master) => hello(1, alpha, master)),
      hello(2, alpha, "m2"),
    );

    const at = "@ m2 10.0.0.1 6379";
    expect(world.eventsOf("s1").slice(from + 5)).toEqual([
      `+sentinel-address-switch master m2 10.0.0.1 6379 ip 10.0.1.9 port 2 for ${alpha}`,
      `+sentinel-address-update sentinel ${alpha} 10.0.1.9 2 ${at} 2 additional matching instances`,
    ]);
    const ports = world
      .state("s1")
      .masters.records.map((master) => master.sentinels.records[0]?.address.port);
    expect(ports).toEqual([2, 2, 2]);
  });

  // LOG_MAX_LEN
  test("is cut off after 1023 bytes", () => {
    const world = settled({ sentinels: 1, replicas: 0 });
    world.command("s1", `SENTINEL set mymaster auth-user ${"u".repeat(2_000)}`);

    const payload = world.events.at(-1)?.payload ?? "";
    expect(payload).toHaveLength(1_023);
    expect(payload.startsWith("master mymaster 10.0.0.1 6379 auth-user uuu")).toBe(true);
  });

  // sentinelEvent(): `%@` is left out of these.
  test("about epochs, votes, switches and TILT has no instance in front", () => {
    const said = worlds.flatMap((make) => make().events);
    const texts = (channel: string): readonly string[] =>
      said.filter((event) => event.channel === channel).map(({ payload }) => payload);

    for (const text of texts("+new-epoch")) expect(text).toMatch(/^\d+$/);
    for (const text of texts("+vote-for-leader")) expect(text).toMatch(/^[a-f]{40} \d+$/);
    for (const text of texts("+switch-master")) {
      expect(text).toMatch(/^mymaster 10\.0\.0\.\d 6379 10\.0\.0\.\d 6379$/);
    }
    expect(new Set(texts("+tilt"))).toEqual(new Set(["#tilt mode entered"]));
    expect(new Set(texts("-tilt"))).toEqual(new Set(["#tilt mode exited"]));
  });

  // announceSentinelAddr()
  test("names hosts as they were configured with announce-hostnames", () => {
    const world = new World({
      sentinels: 1,
      replicas: 0,
      master: "redis-1",
      names: { "redis-1": "10.0.0.1" },
      config: ["sentinel resolve-hostnames yes", "sentinel announce-hostnames yes"],
    });
    world.run(5_000);

    expect(world.eventsOf("s1")[0]).toBe("+monitor master mymaster redis-1 6379 quorum 2");
    expect(world.command("s1", "SENTINEL get-master-addr-by-name mymaster")).toEqual([
      ["redis-1", "6379"],
    ]);
    expect(world.asked("r1", "PUBLISH")[0]?.args[2]).toContain(",mymaster,redis-1,6379,");
  });
});

describe("a host name", () => {
  const named = (version: "6.2" | "7.0", names: Readonly<Record<string, string>>): World =>
    new World({
      version,
      sentinels: 1,
      replicas: 0,
      master: "redis-1",
      names,
      config: ["sentinel resolve-hostnames yes"],
    });

  // sentinelReconnectInstance() since 6.2.7: each new connection asks again.
  test("that moves is followed at the next connection from 7.0 on, and not in 6.2", () => {
    const addressIn = (version: "6.2" | "7.0"): string => {
      const world = named(version, { "redis-1": "10.0.0.1" });
      world.run(3_000);
      world.addPeer(7, "master");
      world.simulation.boot("r7");
      world.inject({ kind: "resolve", name: "redis-1", ip: "10.0.0.7" });
      kill(world, "r1");
      world.run(10_000);
      return world.master("s1").address.ip;
    };

    expect(addressIn("7.0")).toBe("10.0.0.7");
    expect(addressIn("6.2")).toBe("10.0.0.1");
  });

  // createSentinelAddr(): accepted with an empty ip since 6.2.7.
  test("that does not resolve yet keeps a 6.2 from starting, and is tried again by a 7.0", () => {
    const old = named("6.2", {});
    const later = named("7.0", {});
    old.run(3_000);
    later.run(3_000);

    expect(old.logs).toContain("Can't resolve instance hostname.");
    expect(old.events).toEqual([]);
    expect(later.eventsOf("s1")).toEqual(["+monitor master mymaster  6379 quorum 2"]);
    later.inject({ kind: "resolve", name: "redis-1", ip: "10.0.0.1" });
    later.run(3_000);
    expect(later.asked("r1", "PING").length).toBeGreaterThan(0);
  });
});

describe("the passwords of a Sentinel", () => {
  // sentinelSendAuthIfNeeded()
  test("are the master's for its instances and sentinel-pass for others", () => {
    const world = new World({
      sentinels: 2,
      config: [
        "sentinel auth-user mymaster probe",
        "sentinel auth-pass mymaster sekret",
        "sentinel sentinel-user peer",
        "sentinel sentinel-pass other",
        "user peer on >other +@all allchannels",
      ],
    });
    world.run(6_000);

    for (const node of ["r1", "r2", "r3"]) {
      const [auth] = world.asked(node, "AUTH");
      expect(auth?.args).toEqual(["AUTH", "probe", "sekret"]);
    }
    const [other] = world.master("s1").sentinels.records;
    expect(other?.link.actPingTime).toBe(0);
    const [users] = world.command("s2", "CLIENT LIST") as [string];
    expect(users).toContain("name=sentinel-aaaaaaaa-cmd");
    expect(users).toContain("user=peer");
  });

  // Without sentinel-pass, requirepass serves for both directions.
  test("fall back on requirepass, and a wrong one makes the other seem down", () => {
    const world = (pass: string): World => {
      const made = new World({
        sentinels: 2,
        replicas: 0,
        config: ["requirepass sekret", ...(pass === "" ? [] : [`sentinel sentinel-pass ${pass}`])],
      });
      made.run(12_000);
      return made;
    };
    const right = world("");
    const wrong = world("nonsense");

    expect(right.when("s1", "+sdown")).toBeUndefined();
    expect(wrong.eventsOf("s1").at(-1)).toMatch(/^\+sdown sentinel b+ /);
  });
});
