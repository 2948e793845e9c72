import { describe, expect, test } from "vitest";
import type { Version } from "../../../src/redis/version.js";
import { error, raw } from "../../../src/redis/wire/value.js";
import { type ScriptedMaster, scriptedMaster, tellMaster } from "./peers.js";
import { World } from "./world.js";

const id = "a".repeat(40);
const other = "b".repeat(40);

/** A master at offset 50 that has become the replica of a scripted one, so it has a past to offer. */
function demoted(version: Version, answers: ScriptedMaster["answers"]) {
  const world = new World(version)
    .server("a", "repl-ping-replica-period 1000", "repl-diskless-sync no")
    .server("b", "replicaof 10.0.0.1 6379")
    .run(3);
  world.ask("a", "SET k v");
  const fake = scriptedMaster(world);
  fake.answers = answers;
  world.ask("a", "REPLICAOF 10.0.9.9 6379");
  return { world, fake };
}

describe("a replica's handshake", () => {
  // Redis: syncWithMaster() (reference 2.3, 16).
  test("is these commands, of these lengths", () => {
    const world = new World("6.2");
    const fake = scriptedMaster(world);
    world.server("r", "replicaof 10.0.9.9 6379").run(1);

    expect(fake.heard).toEqual([
      "PING",
      "REPLCONF listening-port 6379",
      "REPLCONF capa eof capa psync2",
      "PSYNC ? -1",
    ]);
    expect(fake.lengths).toEqual([14, 49, 59, 30]);
  });

  // Redis: slaveTryPartialResynchronization(): -LOADING and -NOMASTERLINK keep the cached master.
  test("is tried again every second while the master cannot serve it yet", () => {
    const { world, fake } = demoted("6.2", [
      (send) => send(error("NOMASTERLINK Can't SYNC while not connected with my master")),
    ]);
    world.run(4);

    expect(fake.psyncs.length).toBeGreaterThanOrEqual(4);
    expect(new Set(fake.psyncs).size).toBe(1);
    expect(fake.psyncs[0]).toMatch(/^PSYNC [0-9a-f]{40} 51$/);
  });

  // Vector 23: 6.2 takes the broken read for an error reply, and gives up its past.
  test("that breaks after PSYNC costs 6.2 its past, and 7.0 nothing", () => {
    for (const version of ["6.2", "7.0"] as const) {
      const { world, fake } = demoted(version, [(_send, close) => close()]);
      world.run(3);

      const again = fake.psyncs[1];
      if (version === "6.2") {
        expect(again).toBe("PSYNC ? -1");
        expect(world.info("a", "repl_backlog_active")).toBe("0");
      } else {
        expect(again).toBe(fake.psyncs[0]);
        expect(world.info("a", "repl_backlog_active")).toBe("1");
      }
    }
  });

  // Redis 6.2: syncWithMaster() tolerates whatever REPLCONF is answered, a broken read too.
  test("that breaks before PSYNC goes on to it in 6.2, and so costs 6.2 its past as well", () => {
    for (const version of ["6.2", "7.0"] as const) {
      const { world, fake } = demoted(version, [(send) => send(raw("+CONTINUE\r\n"))]);
      world.run(1).forgetLogs();
      fake.onRequest = (command) => {
        if (command.startsWith("REPLCONF capa")) fake.hangUp();
      };
      tellMaster(world, fake, () => fake.hangUp());
      world.settle();

      const offers = world.timesLogged("a", "Trying a partial resynchronization (request ");
      expect(offers).toBe(version === "6.2" ? 1 : 0);
      expect(world.logged("a", "Unexpected reply to PSYNC from master: -Reading from master")).toBe(
        version === "6.2",
      );
      expect(world.logged("a", "Discarding previously cached master state.")).toBe(
        version === "6.2",
      );
      expect(world.logged("a", "Master did not respond to command during SYNC handshake")).toBe(
        version === "7.0",
      );
    }
  });

  // Vector 24: a transfer that breaks is dialled again at once.
  test("whose transfer breaks begins anew at once, in 7.0 with the old past", () => {
    for (const version of ["6.2", "7.0"] as const) {
      const { world, fake } = demoted(version, [
        (send) => send(raw(`+FULLRESYNC ${id} 1000\r\n$5000\r\n`)),
        () => undefined,
      ]);
      world.run(1);
      expect(world.ask("a", "GET k")).toBe("$1\r\nv\r\n");
      const before = world.simulation.now;
      world
        .inject({ kind: "kill", node: "fake", signal: "KILL" })
        .until(() => world.logged("a", "I/O error trying to sync with MASTER: connection lost"));

      expect(world.simulation.now - before).toBeLessThan(10_000);
      expect(world.logged("a", "Reconnecting to MASTER 10.0.9.9:6379 after failure")).toBe(true);
      expect(world.logged("a", "Discarding previously cached master state.")).toBe(
        version === "6.2",
      );
      expect(fake.psyncs.length).toBe(1);
    }
  });

  // Redis: +CONTINUE with another id (reference 5.1).
  test("that continues under another id makes the old one its second", () => {
    const { world } = demoted("6.2", [(send) => send(raw(`+CONTINUE ${other}\r\n`))]);
    world.run(1);

    expect(world.info("a", "master_replid")).toBe(other);
    expect(world.info("a", "second_repl_offset")).toBe("51");
    expect(world.logged("a", `Master replication ID changed to ${other}`)).toBe(true);
  });

  // Vector 6: a newline on an established link is one byte too many, as soon as a command is applied.
  test("is over once the link is established: every byte counts, a newline too", () => {
    const { world, fake } = demoted("6.2", [
      (send) => {
        send(raw("+CONTINUE\r\n"));
        send(raw("\n"));
        send(raw("*1\r\n$4\r\nping\r\n"));
      },
    ]);
    world.run(2);

    expect(world.offset("a")).toBe(50 + 15);
    expect(fake.heard.at(-1)).toBe("REPLCONF ACK 65");
  });
});
