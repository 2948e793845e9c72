import { describe, expect, test } from "vitest";
import { milliseconds, seconds } from "../../../../src/kernel/time.js";
import type { Version } from "../../../../src/redis/version.js";
import { error, raw } from "../../../../src/redis/wire/value.js";
import { caller, scriptedAddress, scriptedMaster, tellMaster } from "../peers.js";
import { World } from "../world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";
const onDisk = "repl-diskless-sync no";
const id = "a".repeat(40);

/** A master at offset 50 that now follows a scripted one, so that it has a past to offer. */
function demoted(version: Version, ...lines: readonly string[]) {
  const world = new World(version)
    .server("a", noPing, onDisk, ...lines)
    .server("b", follow)
    .run(3);
  world.ask("a", "SET k v");
  const fake = scriptedMaster(world);
  return { world, fake, replid: world.info("a", "master_replid") };
}

describe.each(versions)("in %s", (version) => {
  // Redis: replicationHandleMasterDisconnection(), the error path of syncWithMaster(), cancelReplicationHandshake(1).
  test("13: a lost link is dialled at once, a failed handshake by the cron, a failed transfer at once", () => {
    const { world, fake } = demoted(version, "repl-timeout 1000");
    fake.answers = [
      (send) => send(raw("+CONTINUE\r\n")),
      (send) => send(error("LOADING Redis is loading the dataset in memory")),
      (send) => send(raw(`+FULLRESYNC ${id} 7\r\n`)),
      (send) => send(error("NOMASTERLINK Can't SYNC while not connected with my master")),
    ];
    const dials = () =>
      world.logs
        .get("a")
        ?.filter((line) => /^(Connecting|Reconnecting) to MASTER 10.0.9.9:6379/.test(line)) ?? [];
    world.ask("a", `REPLICAOF ${scriptedAddress}`);
    world.until(() => world.logged("a", "Master accepted a Partial Resynchronization."));

    tellMaster(world, fake, () => fake.hangUp());
    expect(dials().slice(0, 2)).toEqual([
      "Connecting to MASTER 10.0.9.9:6379",
      "Reconnecting to MASTER 10.0.9.9:6379",
    ]);

    const from = world.simulation.now;
    world.until(() => world.logged("a", "Full resync from master"));
    expect(world.simulation.now - from).toBeLessThan(milliseconds(1_010));
    expect(dials().slice(2)).toEqual(["Connecting to MASTER 10.0.9.9:6379"]);

    tellMaster(world, fake, () => fake.hangUp());
    expect(dials()[3]).toBe("Reconnecting to MASTER 10.0.9.9:6379 after failure");
    expect(fake.psyncs.length).toBeGreaterThanOrEqual(4);
  });

  // Redis 6.2: receiveSynchronousResponse() makes an error reply of a broken read; 7.0: PSYNC_TRY_LATER.
  test("14: a link that breaks behind PSYNC costs 6.2 its past, its backlog and its sub-replicas", () => {
    const { world, fake, replid } = demoted(version);
    fake.answers = [(_send, close) => close()];
    world.ask("a", `REPLICAOF ${scriptedAddress}`);
    world.run(3);
    world.ask("a", "REPLICAOF NO ONE");
    const reply = caller(world, "a")
      .send("REPLCONF", "capa", "eof", "capa", "psync2")
      .ask("PSYNC", replid, "51");

    if (version === "6.2") {
      expect(fake.psyncs[1]).toBe("PSYNC ? -1");
      expect(world.logged("a", "Discarding previously cached master state.")).toBe(true);
      expect(reply).toMatch(/^\+FULLRESYNC/);
    } else {
      expect(new Set(fake.psyncs).size).toBe(1);
      expect(world.logged("a", "Master did not reply to PSYNC, will try later")).toBe(true);
      expect(reply).toMatch(/^\+CONTINUE/);
    }
  });

  // Redis: slaveTryPartialResynchronization(): the last block.
  test("15: any other error to PSYNC leads to SYNC, and in 6.2 costs the past", () => {
    for (const text of [
      "ERR unknown command",
      "NOAUTH Authentication required.",
      "MASTERDOWN Link",
    ]) {
      const { world, fake } = demoted(version);
      fake.answers = [(send) => send(error(text)), () => undefined];
      world.ask("a", `REPLICAOF ${scriptedAddress}`);
      world.settle();

      expect(fake.heard).toContain("SYNC\r\n");
      expect(world.logged("a", "Retrying with SYNC...")).toBe(true);
      const said = text.startsWith("ERR")
        ? `Master does not support PSYNC or is in error state (reply: -${text})`
        : `Unexpected reply to PSYNC from master: -${text}`;
      expect(world.logged("a", said)).toBe(true);
      const keeps = version !== "6.2";
      expect(world.info("a", "repl_backlog_active")).toBe(keeps ? "1" : "0");
      tellMaster(world, fake, () => fake.hangUp());
      world.run(2);
      expect(fake.psyncs[1]?.startsWith(`PSYNC ${keeps ? "" : "? -1"}`)).toBe(true);
      expect(fake.psyncs[1] === "PSYNC ? -1").toBe(!keeps);
    }
  });

  // Redis: processCommand() refuses PING with MISCONF on a master.
  test("16: a master whose BGSAVE failed lets no replica attach until one succeeds", () => {
    const world = new World(version).server("a", onDisk, "save 3600 1").run(1);
    world.ask("a", "SET k v");
    world.inject({ kind: "fillDisk", host: "a" }).ask("a", "BGSAVE");
    world.run(1).server("b", follow).run(3);
    expect(world.logged("b", "Error reply to PING from master: '-MISCONF")).toBe(true);
    expect(world.info("b", "master_link_status")).toBe("down");

    world.inject({ kind: "freeDisk", host: "a" }).ask("a", "BGSAVE");
    world.run(3);
    expect(world.info("b", "master_link_status")).toBe("up");
  });

  // Redis: freeClient() of the master, replicationCron(): nobody feeds the sub-replicas.
  test("17: sub-replicas of a replica without a master starve silently, then loop on NOMASTERLINK", () => {
    const world = new World(version)
      .server("a", onDisk, "repl-ping-replica-period 1")
      .server("b", follow, onDisk, "repl-timeout 30")
      .run(2)
      .server("c", "replicaof 10.0.0.2 6379", "repl-timeout 3")
      .run(3);
    world.kill("a").run(2);
    expect(world.info("b", "master_link_status")).toBe("down");
    expect(world.info("b", "slave0")).toContain("state=online");
    expect(world.info("c", "master_link_status")).toBe("up");

    world.run(6);
    expect(world.logged("c", "MASTER timeout: no data nor PING received...")).toBe(true);
    expect(
      world.logged(
        "c",
        "Master is currently unable to PSYNC but should be in the future: -NOMASTERLINK",
      ),
    ).toBe(true);
    expect(world.logged("c", "Discarding previously cached master state.")).toBe(false);
  });

  // Redis: replicationFeedSlaves() returns on masterhost: only the top master's pings go down.
  test("18: a sub-replica lives by the pings of the top master, and flaps where they are too rare", () => {
    const world = new World(version)
      .server("a", onDisk, "repl-ping-replica-period 1000")
      .server("b", follow, onDisk, "repl-ping-replica-period 1", "repl-timeout 1000")
      .run(2)
      .server("c", "replicaof 10.0.0.2 6379", "repl-timeout 3")
      .run(20);

    expect(world.timesLogged("c", "MASTER timeout: no data nor PING received...")).toBeGreaterThan(
      2,
    );
    expect(Number(world.info("b", "sync_partial_ok"))).toBeGreaterThan(2);
    expect(world.info("b", "sync_full")).toBe("1");
    expect(world.logged("b", "Sending 0 bytes of backlog")).toBe(true);
  });

  // Redis: replicaofCommand() compares host and port as text, whatever the state of the link.
  test("38: REPLICAOF the same host and port does nothing, even with the link dead", () => {
    const world = new World(version).server("a", onDisk).server("b", follow).run(3);
    world.kill("a").run(2).forgetLogs();

    expect(world.ask("b", "REPLICAOF 10.0.0.1 6379")).toBe(
      "+OK Already connected to specified master\r\n",
    );
    expect(world.logged("b", "REPLICAOF 10.0.0.1:6379 enabled")).toBe(false);
    expect(world.ask("b", "REPLICAOF 10.0.0.01 6379")).toBe("+OK\r\n");
  });

  // Redis: replicationCron(): truncated seconds and `>`.
  test("44: a timeout of 5 strikes between 5 and 7 seconds of silence", () => {
    for (const side of ["replica", "master"]) {
      const world = new World(version, `${version} ${side}`)
        .server("a", onDisk, "repl-ping-replica-period 1", "repl-timeout 5")
        .server("b", follow, "repl-timeout 5")
        .run(3);
      world.inject({ kind: "pause", node: side === "replica" ? "b" : "a" });
      const from = world.simulation.now;
      const line =
        side === "replica" ? "Disconnecting timedout replica" : "MASTER timeout: no data";
      world.until(() => world.logged(side === "replica" ? "a" : "b", line));

      expect(world.simulation.now - from).toBeGreaterThan(seconds(4));
      expect(world.simulation.now - from).toBeLessThan(seconds(7.1));
    }
  });

  // Linux accepts for a stopped process: connectWithMaster() succeeds, PING stays unanswered.
  test("45: a replica of a stopped master sits in the handshake for repl-timeout, again and again", () => {
    const world = new World(version)
      .server("a", onDisk)
      .server("b", follow, "repl-timeout 5")
      .run(3);
    world.inject({ kind: "pause", node: "a" }).run(8);
    expect(world.ask("b", "ROLE")).toContain("handshake");
    world.run(6);
    expect(world.timesLogged("b", "Timeout connecting to the MASTER...")).toBeGreaterThan(0);

    world.inject({ kind: "resume", node: "a" }).run(3);
    expect(world.info("b", "master_link_status")).toBe("up");
    expect(world.info("a", "sync_full")).toBe("1");
  });

  // Redis: nothing tells a master that a connection of the same ip:port is another's past.
  test("46: after an asymmetric timeout a replica is listed twice, and both may be good", () => {
    const world = new World(version)
      .server(
        "a",
        onDisk,
        noPing,
        "repl-timeout 60",
        "min-replicas-to-write 1",
        "min-replicas-max-lag 30",
      )
      .server("b", follow, "repl-timeout 4")
      .run(3);
    // The FIN of the old connection is retransmitted later than the SYN of the new one.
    world.cut("a", "b").run(8).heal();
    let listed: string[] = [];
    for (let i = 0; i < 60 && listed.length < 2; i++) {
      listed = world.pass(milliseconds(100)).infoLines("a", "slave");
    }

    expect(listed.length).toBeGreaterThanOrEqual(2);
    expect(new Set(listed.map((line) => /ip=[^,]*,port=\d+/.exec(line)?.[0])).size).toBe(1);
    expect(Number(world.info("a", "min_slaves_good_slaves"))).toBeGreaterThanOrEqual(2);
  });

  // Redis: processInlineBuffer() of the master's client, setProtocolError(), freeClient().
  test("a stream that is no array is corrupt: closed with the next ACK, and no past is kept", () => {
    const { world, fake } = demoted(version, "repl-timeout 1000");
    fake.answers = [(send) => send(raw("+CONTINUE\r\nhello there\r\n")), () => undefined];
    world.ask("a", `REPLICAOF ${scriptedAddress}`);
    world.settle();
    expect(world.logged("a", "WARNING: Receiving inline protocol from master")).toBe(true);
    world.run(2);

    expect(world.logged("a", "Caching the disconnected master state.")).toBe(false);
    expect(fake.psyncs[1]).toBe("PSYNC ? -1");
  });

  // Redis: syncWithMaster(): what is tolerated in a handshake, and what is not.
  test("a handshake goes on without REPLCONF and without AUTH, and not without a greeting", () => {
    const { world, fake } = demoted(version);
    fake.courtesy = error("ERR unknown command");
    fake.answers = [(send) => send(raw("+CONTINUE\r\n"))];
    world.ask("a", `REPLICAOF ${scriptedAddress}`);
    world.settle();
    expect(
      world.logged("a", "(Non critical) Master does not understand REPLCONF listening-port: -ERR"),
    ).toBe(true);
    expect(world.info("a", "master_link_status")).toBe("up");

    for (const [text, accepted] of [
      ["NOAUTH Authentication required.", true],
      ["NOPERM this user has no permissions", true],
      ["ERR operation not permitted", true],
      ["LOADING Redis is loading the dataset in memory", false],
      ["ERR max number of clients reached", false],
    ] as const) {
      world.forgetLogs();
      fake.greeting = error(text);
      tellMaster(world, fake, () => fake.hangUp());
      world.run(2);
      expect(world.logged("a", "Master replied to PING, replication can continue...")).toBe(
        accepted,
      );
      expect(world.logged("a", `Error reply to PING from master: '-${text}'`)).toBe(!accepted);
    }
  });

  // Redis: replicationCron(): newlines while the RDB is made; readSyncBulkPayload() and repl_transfer_lastio.
  test("a replica that waits for its RDB is kept alive by newlines, and times out without them", () => {
    const { world, fake } = demoted(version, "repl-timeout 5");
    fake.answers = [() => undefined];
    world.ask("a", `REPLICAOF ${scriptedAddress}`);
    for (let i = 0; i < 10; i++) tellMaster(world.run(1), fake, () => fake.say(raw("\n")));
    expect(world.logged("a", "Timeout")).toBe(false);
    tellMaster(world, fake, () => fake.say(raw(`+FULLRESYNC ${id} 1\r\n`)));
    for (let i = 0; i < 10; i++) tellMaster(world.run(1), fake, () => fake.say(raw("\n")));
    expect(world.info("a", "master_sync_in_progress")).toBe("1");
    expect(world.logged("a", "Timeout")).toBe(false);
    world.run(8);
    expect(world.logged("a", "Timeout receiving bulk data from MASTER...")).toBe(true);
  });
});
