import { describe, expect, test } from "vitest";
import { seconds } from "../../../../src/kernel/time.js";
import type { Version } from "../../../../src/redis/version.js";
import { caller } from "../peers.js";
import { World } from "../world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";
const onDisk = "repl-diskless-sync no";
const closed = "closed ASAP for overcoming of output buffer limits";
const closedByCron = "closed for overcoming of output buffer limits";

/** A replica that is stopped, with the kernel's buffers on the way to it full. */
function stalled(version: Version, ...lines: readonly string[]): World {
  const world = new World(version)
    .server("a", noPing, onDisk, "repl-timeout 1000", 'save ""', ...lines)
    .server("b", follow, "repl-timeout 1000")
    .run(3);
  world.inject({ kind: "pause", node: "b" });
  return world;
}

function write(world: World, megabytes: number): void {
  for (let i = 0; i < megabytes; i++) world.ask("a", `SET big${i} ${"x".repeat(1_000_000)}`);
}

describe.each(versions)("in %s", (version) => {
  // Redis: resizeReplicationBacklog(): 6.2 drops the contents, 7.0 trims.
  test("48: CONFIG SET repl-backlog-size empties the backlog in 6.2 and keeps it from 7.0 on", () => {
    const world = new World(version).server("a", noPing, onDisk).server("b", follow).run(3);
    world.ask("a", "SET k v");
    world.run(1);
    expect(world.ask("a", "CONFIG SET repl-backlog-size 100")).toBe("+OK\r\n");
    expect(world.info("a", "repl_backlog_size")).toBe("16384");
    expect(world.info("a", "repl_backlog_histlen")).toBe(version === "6.2" ? "0" : "50");
    expect(world.info("a", "repl_backlog_first_byte_offset")).toBe(version === "6.2" ? "51" : "1");
    const replid = world.info("a", "master_replid");
    const reply = caller(world, "a").ask("PSYNC", replid, "24");
    expect(reply.startsWith("+CONTINUE")).toBe(version !== "6.2");
  });

  // Redis: an attached replica has its own output; addReplyReplicationBacklog() only serves PSYNC.
  test("49: what the backlog loses never matters to a replica that is attached", () => {
    const world = stalled(version, "repl-backlog-size 16384");
    write(world, 3);
    world.ask("a", "CONFIG SET repl-backlog-size 32768");
    world.inject({ kind: "resume", node: "b" }).run(3);

    expect(world.offset("b")).toBe(world.offset("a"));
    expect(world.info("a", "sync_full")).toBe("1");
    expect(world.ask("b", "DBSIZE")).toBe(":3\r\n");
  });

  // Redis: replicationCron(): ttl with `>` in whole seconds, changeReplicationId(), clearReplicationId2().
  test("49: a backlog that outlives its time takes the id with it, and counting stops", () => {
    const world = new World(version)
      .server("a", noPing, onDisk, "repl-backlog-ttl 2")
      .server("b", follow)
      .run(3);
    world.ask("a", "SET k v");
    const replid = world.info("a", "master_replid");
    world.kill("b").run(1);
    expect(world.info("a", "repl_backlog_active")).toBe("1");
    world.run(4);

    expect(
      world.logged("a", "Replication backlog freed after 2 seconds without connected replicas."),
    ).toBe(true);
    expect(world.info("a", "master_replid")).not.toBe(replid);
    expect(world.info("a", "master_replid2")).toBe("0".repeat(40));
    world.ask("a", "SET k v");
    expect(world.offset("a")).toBe(50);
  });

  // Redis: checkClientOutputBufferLimits() from _addReplyProtoToList() (7.0: from feedReplicationBuffer() and clientsCron()).
  test("50: the soft limit is looked at only when something is appended in 6.2, by the cron from 7.0 on", () => {
    const world = stalled(version, "client-output-buffer-limit replica 0 1mb 5");
    write(world, 8);
    world.run(20);
    expect(world.timesLogged("a", closed)).toBe(0);
    expect(world.timesLogged("a", closedByCron)).toBe(version === "6.2" ? 0 : 1);
    expect(world.info("a", "connected_slaves")).toBe(version === "6.2" ? "1" : "0");

    write(world, 1);
    expect(world.info("a", "connected_slaves")).toBe("0");
    expect(world.timesLogged("a", closed)).toBe(version === "6.2" ? 1 : 0);
  });

  // Redis: the hard limit; replicationHandleMasterDisconnection() and what comes of it (reference 10.2, 15.6).
  test("an output over the hard limit drops the replica, which comes back for everything", () => {
    const world = stalled(
      version,
      "client-output-buffer-limit replica 1mb 0 0",
      "repl-backlog-size 100kb",
    );
    let written = 0;
    while (!world.logged("a", closed) && written < 20) {
      write(world, 1);
      written++;
    }
    expect(written).toBeGreaterThan(3);
    expect(written).toBeLessThan(12);
    world.inject({ kind: "resume", node: "b" }).run(5);

    expect(world.logged("a", "for lack of backlog")).toBe(true);
    expect(world.info("a", "sync_full")).toBe("2");
    expect(world.offset("b")).toBe(world.offset("a"));
  });

  // Redis 7.0: checkClientOutputBufferLimits(): a hard limit below repl-backlog-size is repl-backlog-size.
  test("a hard limit below the backlog's size counts for as much as that from 7.0 on", () => {
    const world = stalled(
      version,
      "client-output-buffer-limit replica 100kb 0 0",
      "repl-backlog-size 20mb",
    );
    write(world, 10);

    expect(world.logged("a", closed)).toBe(version === "6.2");
    expect(world.info("a", "connected_slaves")).toBe(version === "6.2" ? "0" : "1");
  });

  // Redis: the limits hold in every state of a replica: dropped before it is done, it begins anew, for ever.
  test("a limit below what is written during a full sync makes a loop of full syncs", () => {
    const world = new World(version)
      .server(
        "a",
        noPing,
        onDisk,
        "rdbcompression no",
        "repl-backlog-size 16384",
        "client-output-buffer-limit replica 300kb 0 0",
      )
      .run(1);
    for (let i = 0; i < 100; i++) world.ask("a", `SET key${i} ${"x".repeat(100_000)}`);
    world.server("b", follow);
    world.simulation.setLink("a", "b", { bandwidth: 2_000_000 });
    for (let i = 0; i < 150; i++) {
      world.ask("a", `SET late ${"y".repeat(50_000)}`);
      world.pass(seconds(0.1));
    }

    expect(world.timesLogged("a", closed)).toBeGreaterThan(2);
    expect(Number(world.info("a", "sync_full"))).toBeGreaterThan(3);
    expect(world.info("b", "master_link_status")).toBe("down");
  });

  // Redis 7.0: a replica that lags pins the blocks it has yet to send, for others too.
  test("a slow replica keeps old history for all from 7.0 on, and for nobody in 6.2", () => {
    const world = stalled(version, "repl-backlog-size 100kb");
    write(world, 12);
    const length = Number(world.info("a", "repl_backlog_histlen"));
    if (version === "6.2") expect(length).toBe(102_400);
    else expect(length).toBeGreaterThan(1_000_000);

    world.inject({ kind: "resume", node: "b" }).run(5);
    expect(Number(world.info("a", "repl_backlog_histlen"))).toBeLessThan(130_000);
  });
});
