/**
 * The test vectors of the reference (replication.md 16), each by its number. Nearly all were observed
 * on real servers; those that only a version behaves so by are asked of that version.
 */
import { describe, expect, test } from "vitest";
import { milliseconds, seconds } from "../../../src/kernel/time.js";
import type { Version } from "../../../src/redis/version.js";
import { raw } from "../../../src/redis/wire/value.js";
import { caller, scriptedAddress, scriptedMaster, tellMaster } from "./peers.js";
import { World } from "./world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";
const onDisk = "repl-diskless-sync no";
const id = "a".repeat(40);

function pair(version: Version, ...lines: readonly string[]): World {
  return new World(version)
    .server("a", noPing, onDisk, ...lines)
    .server("b", follow, onDisk)
    .run(3);
}

/** A server that follows a scripted master, which continues it from offset 0 and then sends `bytes`. */
function fed(version: Version, ...bytes: readonly string[]) {
  const world = pair(version, "repl-timeout 1000");
  const fake = scriptedMaster(world);
  fake.answers = [(send) => send(raw(`+CONTINUE\r\n${bytes.join("")}`)), () => undefined];
  world.ask("a", `REPLICAOF ${scriptedAddress}`);
  world.settle();
  return { world, fake };
}

function command(...args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join("")}`;
}

describe.each(versions)("in %s", (version) => {
  // Redis: syncWithMaster(), slaveTryPartialResynchronization(), masterTryPartialResynchronization().
  test("0: each message of a handshake has the length that it has on the wire", () => {
    const world = new World(version);
    const fake = scriptedMaster(world);
    world.server("r", `replicaof ${scriptedAddress}`).run(1);
    expect(fake.lengths).toEqual([14, 49, 59, 30]);
    fake.lengths.splice(0);
    world.ask("r", "REPLICAOF NO ONE");
    world.ask("r", `REPLICAOF ${scriptedAddress}`);
    world.settle();
    expect(fake.lengths).toEqual([14, 49, 59, 69]);

    const other = pair(version);
    const replid = other.info("a", "master_replid");
    const replica = caller(other, "a").send("REPLCONF", "capa", "eof", "capa", "psync2");
    expect(replica.ask("PSYNC", replid, "1").length).toBe(52);
    expect(caller(other, "a", "plain").ask("PSYNC", replid, "1")).toBe("+CONTINUE\r\n");
    const fresh = caller(other, "a", "fresh").send("REPLCONF", "capa", "eof", "capa", "psync2");
    expect(fresh.ask("PSYNC", "?", "-1").slice(0, 56)).toMatch(/^\+FULLRESYNC [0-9a-f]{40} 0\r\n$/);
  });

  // Redis: replicationFeedSlaves().
  test("1: two SETs bring a fresh master to 58 and 93", () => {
    const world = pair(version);
    world.ask("a", "SET hello world");
    expect(world.offset("a")).toBe(58);
    world.ask("a", "SET hello world");
    expect(world.offset("a")).toBe(93);
  });

  // Redis: waitCommand(), replicationSendAck().
  test("2: a WAIT then brings it to 130, of which the replica acknowledges 93 first", () => {
    const world = pair(version);
    world.ask("a", "SET hello world");
    world.ask("a", "SET hello world");
    expect(world.ask("a", "WAIT 1 0")).toBe(":1\r\n");
    expect(world.offset("a")).toBe(130);
    expect(world.info("a", "slave0")).toContain("offset=93,");
    world.run(2);
    expect(world.info("a", "slave0")).toContain("offset=130,");
  });

  // Redis: masterTryPartialResynchronization(), rngOK.
  test("3: a backlog of bytes 1 to 444 serves PSYNC from 1 to 445", () => {
    const world = pair(version);
    world.ask("a", `SET k ${"v".repeat(444 - 23 - 28)}`);
    expect(world.offset("a")).toBe(444);
    const replid = world.info("a", "master_replid");
    const served = [0, 1, 444, 445, 446].map((from) => {
      const reply = caller(world, "a", `c${from}`).ask("PSYNC", replid, String(from));
      return reply.startsWith("+CONTINUE\r\n") ? reply.length - 11 : undefined;
    });

    expect(served).toEqual([undefined, 444, 1, 0, undefined]);
    expect(world.logged("a", "greater than the master replication offset")).toBe(true);
  });

  // Redis: masterTryPartialResynchronization(), idOK.
  test("4: a second id is good up to its offset and no byte further", () => {
    const world = pair(version);
    world.ask("a", "SET k v");
    const replid = world.info("a", "master_replid");
    world.ask("b", "REPLICAOF NO ONE");
    const accepted = [51, 52, 78].map((from) =>
      caller(world, "b", `c${from}`).ask("PSYNC", replid, String(from)).startsWith("+CONTINUE"),
    );

    expect(world.info("b", "second_repl_offset")).toBe("51");
    expect(accepted).toEqual([true, false, false]);
  });

  // Redis: replicationCacheMaster() throws away what is not applied.
  test("5: a link cut in a transaction is resumed from before its MULTI", () => {
    const { world, fake } = fed(
      version,
      command("SET", "k", "v".repeat(86)),
      command("MULTI"),
      command("SET", "x", "1"),
    );
    expect(world.offset("a")).toBe(115 - 2);
    tellMaster(world, fake, () => fake.hangUp());

    expect(fake.psyncs[1]).toMatch(/^PSYNC [0-9a-f]{40} 114$/);
    expect(world.info("a", "slave_repl_offset")).toBe("113");
  });

  // Redis: readQueryFromClient(), commandProcessed().
  test("6: a newline before a ping makes a replica at 100 stand at 115", () => {
    const { world } = fed(version, command("SET", "k", "v".repeat(71)), "\n", command("ping"));

    expect(command("SET", "k", "v".repeat(71)).length).toBe(98);
    expect(world.offset("a")).toBe(98 + 15);
  });

  // Redis: replconfCommand() with GETACK, replicationSendAck().
  test("7: GETACK at 500 is answered 500, and 537 a second later", () => {
    const filler = command("SET", "k", "v".repeat(472));
    expect(filler.length).toBe(500);
    const { world, fake } = fed(version, filler, command("REPLCONF", "GETACK", "*"));
    const acks = () => fake.heard.filter((line) => line.startsWith("REPLCONF ACK"));
    expect(acks()).toEqual(["REPLCONF ACK 500"]);
    world.run(2);
    expect(acks()[1]).toBe("REPLCONF ACK 537");
  });

  // Redis: feedReplicationBacklog() (7.0: incrementalTrimReplicationBacklog()).
  test("8: after five megabytes a backlog of 100 KiB has that in 6.2, and blocks of it from 7.0 on", () => {
    const world = pair(version, "repl-backlog-size 100kb");
    for (let i = 0; i < 5; i++) world.ask("a", `SET big ${"x".repeat(1_000_000)}`);
    world.run(2);
    const length = Number(world.info("a", "repl_backlog_histlen"));

    if (version === "6.2") expect(length).toBe(102_400);
    else expect(length).toBeGreaterThan(102_400);
    expect(length).toBeLessThan(102_400 + 2 * 20_480);
  });

  // Redis: replicationCron(), repl-backlog-ttl.
  test("9: with a ttl of 2 the id changes more than 2 s after the last replica went", () => {
    const world = pair(version, "repl-backlog-ttl 2");
    world.ask("a", "SET k v");
    const replid = world.info("a", "master_replid");
    world.kill("b").settle();
    const from = world.simulation.now;
    world.until(
      () => world.logged("a", "Replication backlog freed after 2 seconds"),
      milliseconds(5),
    );

    expect(world.simulation.now - from).toBeGreaterThan(seconds(2));
    expect(world.simulation.now - from).toBeLessThan(seconds(4.1));
    expect(world.info("a", "master_replid")).not.toBe(replid);
    expect(world.info("a", "master_replid2")).toBe("0".repeat(40));
    world.ask("a", "SET k w");
    expect(world.offset("a")).toBe(50);
  });

  // Redis: refreshGoodSlavesCount().
  test("10: with a max-lag of 2 a stopped replica stops the writes after 2 to 4 s", () => {
    const world = pair(version, "min-replicas-to-write 1", "min-replicas-max-lag 2");
    const acks = () => world.info("a", "slave0").includes("lag=0");
    world.until(() => !acks(), milliseconds(10)).until(acks, milliseconds(5));
    world.inject({ kind: "pause", node: "b" });
    const from = world.simulation.now;
    world.until(() => world.ask("a", "SET k v").startsWith("-NOREPLICAS"), milliseconds(10));

    expect(world.simulation.now - from).toBeGreaterThan(seconds(2));
    expect(world.simulation.now - from).toBeLessThan(seconds(4));
  });

  // Redis: replicationCron(), the timeout of the master's side.
  test("11: with a repl-timeout of 5 a stopped replica is dropped after 5 to 7 s, its lag at 6 before", () => {
    const world = pair(version, "repl-timeout 5");
    world.inject({ kind: "pause", node: "b" });
    const from = world.simulation.now;
    let lag = 0;
    world.until(() => {
      const seen = /lag=(\d+)/.exec(world.info("a", "slave0"));
      if (seen !== null) lag = Number(seen[1]);
      return world.logged("a", "Disconnecting timedout replica");
    }, milliseconds(20));

    expect(world.simulation.now - from).toBeGreaterThan(seconds(4.9));
    expect(world.simulation.now - from).toBeLessThan(seconds(7));
    expect(lag).toBe(6);
  });

  // Redis: masterTryPartialResynchronization(), the log of a refusal.
  test("12: an old master that wrote 27 bytes on its own is refused with 78 against 51", () => {
    const world = pair(version);
    world.ask("a", "SET k v");
    world.run(1).ask("b", "REPLICAOF NO ONE");
    world.ask("a", "SET k w");
    world.ask("a", "REPLICAOF 10.0.0.2 6379");
    world.run(2);

    expect(
      world.logged("b", "Requested offset for second ID was 78, but I can reply up to 51"),
    ).toBe(true);
    expect(world.info("b", "sync_full")).toBe("1");
  });

  // Redis: shiftReplicationId().
  test("13: a replica that was promoted and demoted is refused for its id", () => {
    const world = pair(version);
    world.ask("b", "REPLICAOF NO ONE");
    world.ask("b", "REPLICAOF 10.0.0.1 6379");
    world.run(2);
    expect(world.logged("a", "Replication ID mismatch")).toBe(true);
    expect(world.info("a", "sync_full")).toBe("2");
  });

  // Redis: loadDataFromDisk().
  test("14: a master that restarts cleanly is a stranger in 6.2, and continues with 0 bytes from 7.0 on", () => {
    const world = pair(version, "save 3600 1");
    world.ask("a", "SET k v");
    world.run(2).kill("a", "TERM").run(3).forgetLogs().restart("a").run(3);
    if (version === "6.2") expect(world.logged("a", "Replication ID mismatch")).toBe(true);
    else expect(world.logged("a", "accepted. Sending 0 bytes of backlog")).toBe(true);
    expect(world.logged("b", "Master replication ID changed to")).toBe(version !== "6.2");
  });

  // Redis: rdbLoadRio(), repl-offset.
  test("15: a killed replica asks from the offset of its RDB", () => {
    const world = pair(version);
    world.ask("a", `SET k ${"v".repeat(593 - 23 - 28)}`);
    expect(world.offset("a")).toBe(593);
    world.run(1).ask("b", "SAVE");
    world.ask("a", `SET k ${"v".repeat(7)}`);
    world.kill("b").run(1).restart("b").run(2);
    expect(world.logged("a", "Sending 33 bytes of backlog starting from offset 594.")).toBe(true);
  });

  // Redis: processCommand(), the order of its checks.
  test("16: a stale replica says READONLY to a write and MASTERDOWN to a read", () => {
    const world = pair(version);
    expect(world.ask("b", "SET k v")).toMatch(/^-READONLY/);
    world.ask("b", "CONFIG SET replica-serve-stale-data no");
    world.kill("a").run(1);
    expect(world.ask("b", "SET k v")).toMatch(/^-READONLY/);
    expect(world.ask("b", "GET k")).toMatch(/^-MASTERDOWN/);
  });

  // Redis: rejectCommand(), flagTransaction().
  test("17: a write refused inside MULTI spoils the transaction", () => {
    const world = pair(version);
    const client = caller(world, "b");
    expect(client.ask("MULTI")).toBe("+OK\r\n");
    expect(client.ask("SET", "k", "v")).toMatch(/^-READONLY/);
    expect(client.ask("EXEC")).toBe(
      "-EXECABORT Transaction discarded because of previous errors.\r\n",
    );
  });

  // Redis: handleBlockedClientsTimeout().
  test("18: WAIT 1 300 without replicas takes 300 to 401 ms", () => {
    const world = new World(version).server("a").run(1);
    const from = world.simulation.now;
    expect(world.ask("a", "WAIT 1 300")).toBe(":0\r\n");
    expect(world.simulation.now - from).toBeGreaterThan(milliseconds(300));
    expect(world.simulation.now - from).toBeLessThan(milliseconds(405));
  });

  // Redis 6.2: execCommandPropagateMulti(); 7.0: propagatePendingCommands().
  test("19: a transaction of one write is 56 bytes in 6.2, and the bare command from 7.0 on", () => {
    const world = pair(version);
    world.ask("a", "SET a 0");
    const before = world.offset("a");
    const client = caller(world, "a");
    client.send("MULTI").send("SET", "a", "1").send("EXEC");
    expect(world.offset("a") - before).toBe(version === "6.2" ? 15 + 27 + 14 : 27);
  });

  // Redis: replicationCron() during a failover.
  test("20: FAILOVER without TIMEOUT pings 140 bytes in 2 s, with a period of 2", () => {
    const world = new World(version)
      .server("a", "repl-ping-replica-period 2", onDisk)
      .server("b", follow)
      .run(3);
    world.inject({ kind: "pause", node: "b" }).ask("a", "SET k v");
    world.ask("a", "FAILOVER");
    const before = world.offset("a");
    world.run(2);
    expect(world.offset("a") - before).toBeGreaterThanOrEqual(126);
    expect(world.offset("a") - before).toBeLessThanOrEqual(154);
  });

  // Redis 6.2: processCommand() of the master's client under CLIENT PAUSE.
  test("21: a paused replica of 6.2 at 147 acknowledges 175 without the key, later ones stay at 147", () => {
    const world = pair(version);
    world.ask("a", `SET k ${"v".repeat(147 - 23 - 27)}`);
    expect(world.offset("a")).toBe(147);
    world.run(2).ask("b", "CLIENT PAUSE 3000 WRITE");
    world.ask("a", "SET p1 1");
    world.ask("a", "SET p2 2");
    world.run(1);
    const shown = version === "6.2" ? 175 : 147;
    expect(world.offset("b")).toBe(shown);
    expect(world.info("a", "slave0")).toContain(`offset=${shown},`);
    expect(world.ask("b", "GET p1")).toBe("$-1\r\n");
  });

  // Redis: syncCommand(), -NOMASTERLINK.
  test("22: who asks a replica without a master is told so once a second, and keeps its past", () => {
    const world = pair(version).server("c", "replicaof 10.0.0.2 6379").run(3);
    world.ask("a", "SET k v");
    world.kill("a").run(1).ask("b", "CLIENT KILL TYPE replica");
    world.forgetLogs().run(10);
    const asked = world.timesLogged("c", "Trying a partial resynchronization (request ");
    expect(asked).toBeGreaterThanOrEqual(9);
    expect(asked).toBeLessThanOrEqual(11);
    const told = world.timesLogged(
      "c",
      "-NOMASTERLINK Can't SYNC while not connected with my master",
    );
    expect(Math.abs(asked - told)).toBeLessThanOrEqual(1);
    expect(world.logged("c", "Discarding")).toBe(false);
  });

  // Redis: slaveTryPartialResynchronization(), receiveSynchronousResponse().
  test("23: a master that closes right behind the PSYNC costs 6.2 its past, and 7.0 nothing", () => {
    const world = pair(version);
    world.ask("a", "SET k v");
    const fake = scriptedMaster(world);
    fake.answers = [(_send, close) => close()];
    world.ask("a", `REPLICAOF ${scriptedAddress}`);
    world.run(3);
    if (version === "6.2") {
      expect(fake.psyncs[1]).toBe("PSYNC ? -1");
      expect(world.info("a", "repl_backlog_active")).toBe("0");
    } else {
      expect(fake.psyncs[1]).toBe(fake.psyncs[0]);
    }
  });

  // Redis: readSyncBulkPayload(), cancelReplicationHandshake(1).
  test("24: a transfer that is cut begins anew at once, from 7.0 on with the old past", () => {
    const world = pair(version);
    world.ask("a", "SET k v");
    const fake = scriptedMaster(world);
    fake.answers = [
      (send) => send(raw(`+FULLRESYNC ${id} 1000\r\n$5000\r\nREDIS`)),
      () => undefined,
    ];
    world.ask("a", `REPLICAOF ${scriptedAddress}`);
    world.settle();
    tellMaster(world, fake, () => fake.hangUp());

    expect(fake.psyncs.length).toBe(2);
    if (version === "6.2") expect(fake.psyncs[1]).toBe("PSYNC ? -1");
    else expect(fake.psyncs[1]).toMatch(/^PSYNC [0-9a-f]{40} 51$/);
  });

  // TCP: what the kernel of a dead process has is delivered before the end.
  test("25: a stopped replica gets what its master had pushed before it shut down", () => {
    const world = pair(version, ...(version === "6.2" ? [] : ["shutdown-timeout 1"]));
    world.inject({ kind: "pause", node: "b" });
    world.ask("a", "SET k v");
    world.tell("a", "SHUTDOWN NOSAVE").run(3);
    expect(world.simulation.isUp("a")).toBe(false);
    world.inject({ kind: "resume", node: "b" }).run(1);

    expect(world.ask("b", "GET k")).toBe("$1\r\nv\r\n");
    expect(world.info("b", "master_link_status")).toBe("down");
  });
});
