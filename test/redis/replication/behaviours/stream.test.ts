import { describe, expect, test } from "vitest";
import { seconds } from "../../../../src/kernel/time.js";
import type { Version } from "../../../../src/redis/version.js";
import { raw } from "../../../../src/redis/wire/value.js";
import { caller, scriptedAddress, scriptedMaster } from "../peers.js";
import { World } from "../world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";
const onDisk = "repl-diskless-sync no";

/** A master and its replica, in sync at offset 0. */
function pair(version: Version, ...lines: readonly string[]): World {
  return new World(version)
    .server("a", noPing, onDisk, 'save ""', ...lines)
    .server("b", follow, onDisk, 'save ""')
    .run(3);
}

describe.each(versions)("in %s", (version) => {
  // Redis: replicationFeedSlaves() returns without backlog and replicas; syncCommand() with the first replica.
  test("1: a stand-alone master counts nothing, and its id changes with the first full sync", () => {
    const world = new World(version).server("a", noPing, onDisk).run(1);
    const before = world.info("a", "master_replid");
    world.ask("a", "SET k v");

    expect(world.offset("a")).toBe(0);
    expect(world.info("a", "repl_backlog_active")).toBe("0");

    world.server("b", follow).run(2);
    expect(world.offset("a")).toBe(0);
    expect(world.info("a", "master_replid")).not.toBe(before);
    expect(world.logged("a", "Replication backlog created, my new replication IDs are")).toBe(true);
  });

  // Redis: replicationCron(), replicationFeedSlaves(): the stream is all that moves an offset.
  test("2: pings and GETACKs are part of the stream, at every level of a cascade", () => {
    const world = new World(version)
      .server("a", onDisk, "repl-ping-replica-period 2")
      .server("b", follow, onDisk)
      .run(2)
      .server("c", "replicaof 10.0.0.2 6379")
      .run(3);
    const client = caller(world, "a");
    client.send("SET", "k", "v").send("WAIT", "5", "1");
    world.run(2);
    const pings = (world.offset("a") - 23 - 27 - 37) / 14;

    expect(Number.isInteger(pings)).toBe(true);
    expect(pings).toBeGreaterThan(0);
    world.run(1);
    const offset = world.offset("a");
    expect(world.offset("b")).toBe(offset);
    expect(world.offset("c")).toBe(offset);
    expect(world.info("c", "repl_backlog_histlen")).toBe(String(offset));
  });

  // Redis: masterTryPartialResynchronization(): psync_offset is the first byte that is missing.
  test("4: PSYNC asks for what was applied plus one, and both bounds are inclusive", () => {
    const world = pair(version);
    world.ask("a", "SET k v");
    const replid = world.info("a", "master_replid");
    const offset = world.offset("a");
    expect(offset).toBe(50);
    const asked: [number, boolean][] = [
      [0, false],
      [1, true],
      [50, true],
      [51, true],
      [52, false],
    ];
    for (const [from, accepted] of asked) {
      const one = caller(world, "a", `from ${from}`).send("REPLCONF", "capa", "psync2");
      const reply = one.ask("PSYNC", replid, String(from));
      if (accepted) expect(reply).toMatch(new RegExp(`^\\+CONTINUE ${replid}\r\n`));
      else expect(reply).toMatch(/^\+FULLRESYNC /);
      if (accepted) expect(reply.length).toBe(52 + 51 - from);
    }

    world.ask("b", "REPLICAOF NO ONE");
    expect(world.info("b", "second_repl_offset")).toBe("51");
    const past = caller(world, "b", "at 51").send("REPLCONF", "capa", "psync2");
    expect(past.ask("PSYNC", replid, "51")).toMatch(/^\+CONTINUE /);
    const later = caller(world, "b", "at 52").ask("PSYNC", replid, "52");
    expect(later).toMatch(/^\+FULLRESYNC /);
    expect(
      world.logged("b", "Requested offset for second ID was 52, but I can reply up to 51"),
    ).toBe(true);
  });

  // Redis: masterTryPartialResynchronization() uses strcasecmp, slaveTryPartialResynchronization() strcmp.
  test("5: a master compares ids without regard to case, a replica with", () => {
    const world = pair(version);
    const replid = world.info("a", "master_replid").toUpperCase();
    const one = caller(world, "a");
    expect(one.ask("PSYNC", replid, "1")).toMatch(/^\+CONTINUE\r\n/);

    const fake = scriptedMaster(world);
    const mine = world.info("a", "master_replid");
    fake.answers = [(send) => send(raw(`+CONTINUE ${replid}\r\n`))];
    world.ask("a", `REPLICAOF ${scriptedAddress}`);
    world.settle();
    expect(world.logged("a", `Master replication ID changed to ${replid}`)).toBe(true);
    expect(world.info("a", "master_replid2")).toBe(mine);
  });

  // Redis: masterTryPartialResynchronization() writes +CONTINUE with connWrite(), past the output buffer.
  test("6: +CONTINUE is on the wire before the stream that it announces", () => {
    const world = pair(version);
    world.ask("a", "SET k v");
    const replid = world.info("a", "master_replid");

    const reply = caller(world, "a").ask("PSYNC", replid, "24");
    expect(reply).toBe("+CONTINUE\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n");
  });

  // Redis: replicationSetupSlaveForFullResync(): slaveseldb = -1.
  test("12: the full sync of any replica puts a SELECT into everyone's stream", () => {
    const world = pair(version);
    world.ask("a", "SET k v");
    world.ask("a", "SET k v");
    expect(world.offset("a")).toBe(23 + 27 + 27);

    world.server("c", follow).run(2);
    world.ask("a", "SET k v");
    expect(world.offset("a")).toBe(23 + 27 + 27 + 23 + 27);
  });

  // Redis: publishCommand() forces propagation; call() propagates only what made the dataset dirty.
  test("31: PUBLISH moves the offset, and SET to the same value; SELECT, failed and vain writes do not", () => {
    const world = pair(version);
    const moved = (command: string) => {
      const before = world.offset("a");
      world.ask("a", command);
      return world.offset("a") - before;
    };
    moved("SET k v");

    expect(moved("SET k v")).toBe(27);
    expect(moved("PUBLISH ch hi")).toBe(33);
    expect(moved("SELECT 0")).toBe(0);
    expect(moved("DEL nothing")).toBe(0);
    expect(moved("SETNX k w")).toBe(0);
    expect(moved("INCR k")).toBe(0);
    expect(moved("DEL k")).toBe(20);
  });

  // Redis: commandProcessed() advances reploff only outside of MULTI.
  test("32: a transaction is applied, counted and passed on as one", () => {
    const world = pair(version);
    world.server("c", "replicaof 10.0.0.2 6379").run(3);
    const client = caller(world, "a");
    client.send("MULTI").send("SET", "a", "1").send("SET", "b", "2");
    expect(world.offset("c")).toBe(0);
    client.send("EXEC");
    const length = version === "7.2" ? 15 + 23 + 27 + 27 + 14 : 23 + 15 + 27 + 27 + 14;
    expect(world.offset("a")).toBe(length);
    expect(world.offset("b")).toBe(length);
    expect(world.offset("c")).toBe(length);
  });

  // Redis: replicationSendAck() runs inside the GETACK, before its bytes are applied.
  test("34: an ACK leaves out the GETACK that asked for it, for up to a second", () => {
    const world = pair(version);
    world.ask("a", "SET k v");
    expect(world.ask("a", "WAIT 1 0")).toBe(":1\r\n");

    expect(world.offset("a")).toBe(50 + 37);
    expect(world.info("a", "slave0")).toContain("offset=50,");
    world.run(2);
    expect(world.info("a", "slave0")).toContain("offset=87,");
  });

  // Redis: replicationFeedSlaves() into the held output; sendBulkToSlave() and replicaPutOnline().
  test("52: what was written between snapshot and online reaches the replica behind the RDB", () => {
    const world = new World(version).server("a", noPing, onDisk, "rdbcompression no").run(1);
    for (let i = 0; i < 50; i++) world.ask("a", `SET key${i} ${"x".repeat(100_000)}`);
    world.server("b", follow);
    world.simulation.setLink("a", "b", { bandwidth: 2_000_000 });
    world.until(() => world.logged("a", "Background saving terminated with success"));
    for (let i = 0; i < 20; i++) world.ask("a", `SET late${i} ${i}`);
    expect(world.info("a", "slave0")).toContain("state=send_bulk");

    world.run(6);
    expect(world.info("b", "master_link_status")).toBe("up");
    expect(world.ask("b", "DBSIZE")).toBe(":70\r\n");
    expect(world.offset("b")).toBe(world.offset("a"));
  });

  // Redis: replconfCommand() with ACK, syncCommand() of who is a replica already.
  test("55: an ACK of who is no replica is dropped, and so is a second PSYNC", () => {
    const world = pair(version);
    const client = caller(world, "a");
    expect(client.ask("REPLCONF", "ACK", "12345")).toBe("");
    expect(client.ask("PING")).toBe("+PONG\r\n");

    const replid = world.info("a", "master_replid");
    const replica = caller(world, "a", "replica");
    expect(replica.ask("PSYNC", replid, "1")).toMatch(/^\+CONTINUE/);
    expect(replica.ask("PSYNC", replid, "1")).toBe("");
    expect(world.info("a", "connected_slaves")).toBe("2");
  });
});

// Redis 6.2: readQueryFromClient() counts whatever it reads from the master.
test.each(versions)(
  "3: in %s a newline on an established link shifts the replica by one",
  (version) => {
    const world = pair(version);
    const fake = scriptedMaster(world);
    fake.answers = [
      (send) => {
        send(raw("+CONTINUE\r\n"));
        send(raw("\n"));
        send(raw("*1\r\n$4\r\nping\r\n"));
      },
    ];
    world.ask("a", "SET k v");
    const before = world.offset("a");
    world.ask("a", `REPLICAOF ${scriptedAddress}`);
    world.run(2);

    expect(world.offset("a")).toBe(before + 15);
  },
);

describe("54: a master of 7.2 that nobody follows", () => {
  // Redis 7.2: replicationFeedSlaves(), shouldPropagate(), sendGetackToReplicas().
  test("counts commands while it has an AOF, and GETACKs always", () => {
    const plain = new World("7.2").server("a", noPing).run(1);
    plain.ask("a", "SET k v");
    expect(plain.offset("a")).toBe(0);
    plain.ask("a", "WAIT 1 10");
    expect(plain.offset("a")).toBe(1);

    const logged = new World("7.2").server("a", noPing, "appendonly yes").run(1);
    logged.ask("a", "SET k v");
    logged.ask("a", "SET k w");
    logged.ask("a", "GET k");
    expect(logged.offset("a")).toBe(2);
  });

  // Redis 7.0: no such count.
  test("counts none of them in 7.0 and 6.2", () => {
    for (const version of ["6.2", "7.0"] as const) {
      const world = new World(version).server("a", noPing, "appendonly yes").run(1);
      world.ask("a", "SET k v");
      world.ask("a", "WAIT 1 10");
      expect(world.offset("a")).toBe(0);
    }
  });
});

// Redis: replicationSetMaster() and replicationUnsetMaster() keep `reploff`, not `read_reploff`.
test.each(versions)(
  "53: in %s what was received and not applied is thrown away with the link",
  (version) => {
    const world = pair(version);
    world.ask("a", "SET k v");
    const fake = scriptedMaster(world);
    fake.answers = [
      (send) => {
        send(raw("+CONTINUE\r\n"));
        send(raw("*1\r\n$5\r\nMULTI\r\n"));
        send(raw("*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$1\r\n1\r\n"));
      },
      () => undefined,
    ];
    world.ask("a", `REPLICAOF ${scriptedAddress}`);
    world.run(2);
    expect(fake.heard.at(-1)).toBe("REPLCONF ACK 50");
    world.inject({ kind: "kill", node: "fake", signal: "KILL" }).pass(seconds(0.5));

    world.ask("a", "REPLICAOF NO ONE");
    expect(world.offset("a")).toBe(50);
    expect(world.ask("a", "EXISTS x")).toBe(":0\r\n");
  },
);
