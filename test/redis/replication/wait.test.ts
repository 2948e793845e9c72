import { describe, expect, test } from "vitest";
import type { Version } from "../../../src/redis/version.js";
import { caller } from "./peers.js";
import { World } from "./world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";
const onDisk = "repl-diskless-sync no";

describe.each(versions)("WAIT in %s", (version) => {
  // Redis: processClientsWaitingReplicas(): last_offset and last_numreplicas.
  test("who waits for less than the one released before it is told the same number", () => {
    const world = new World(version).server("a", noPing, onDisk).server("b", follow).run(3);
    const id = world.info("a", "master_replid");
    world.kill("b").run(1);
    const replicas = ["r1", "r2", "r3"].map((name) => caller(world, "a", name));
    for (const replica of replicas) replica.send("PSYNC", id, String(world.offset("a") + 1));
    const [early, late] = [caller(world, "a", "early"), caller(world, "a", "late")];
    const waitBehindWrite = (waiter: typeof early): number => {
      waiter.send("SET", "k", "v");
      const offset = world.offset("a");
      waiter.heard = "";
      waiter.send("WAIT", "2", "0");
      return offset;
    };
    const first = waitBehindWrite(early);
    const second = waitBehindWrite(late);
    replicas[0]?.send("REPLCONF", "ACK", String(first));
    expect(early.heard).toBe("");

    world.inject({ kind: "pause", node: "a" });
    replicas[1]?.send("REPLCONF", "ACK", String(second));
    replicas[2]?.send("REPLCONF", "ACK", String(second));
    world.inject({ kind: "resume", node: "a" }).settle();

    expect(late.heard).toBe(":2\r\n");
    // Three have it: r1, too.
    expect(early.heard).toBe(":2\r\n");
  });

  // Redis: writeToClient(): lastinteraction, of everybody but a master.
  test("who waited is idle from its answer on, not from its question", () => {
    const world = new World(version).server("a").run(1);
    const waiter = caller(world, "a");
    waiter.send("WAIT", "1", "8000");
    world.run(7);
    const idle = (): number => Number(/idle=(\d+)/.exec(lineOf(world))?.[1]);
    expect(idle()).toBeGreaterThanOrEqual(6);
    world.run(3);
    expect(waiter.heard).toBe(":0\r\n");
    expect(idle()).toBeGreaterThanOrEqual(0);
    expect(idle()).toBeLessThanOrEqual(3);
  });
});

/** The line of CLIENT LIST of who called WAIT last. */
function lineOf(world: World): string {
  const lines = world.ask("a", "CLIENT LIST").split("\n");
  return lines.find((line) => line.includes("cmd=wait")) ?? "";
}
