/**
 * A replica whose master is a real one: all that comes is bytes, cut wherever TCP cuts them. The file is
 * one that redis-server 7.0.15 saved.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Keyspace } from "../../../src/redis/keyspace/keyspace.js";
import { RdbBytes } from "../../../src/redis/persistence/rdb-bytes.js";
import { rdbFile } from "../../../src/redis/persistence/rdb-file.js";
import { encode } from "../../../src/redis/wire/encode.js";
import { raw, request } from "../../../src/redis/wire/value.js";
import { type ScriptedMaster, scriptedMaster, tellMaster } from "./peers.js";
import { World } from "./world.js";

const recorded: { readonly digest: string; readonly keys: number; readonly rdb: string } =
  JSON.parse(readFileSync(new URL("../../data/rdb-7.0.15.json", import.meta.url), "utf8"));
const file = Buffer.from(recorded.rdb, "base64").toString("latin1");

const id = "a".repeat(40);
const mark = "0123456789".repeat(4);
const fullResync = `+FULLRESYNC ${id} 1000\r\n`;
const stream = encode(request("SELECT", "0")) + encode(request("SET", "later", "yes"));

/** The same file with one byte of a value changed: only the checksum can tell. */
const damaged = file.replace("plain text", "plain test");

const forms = {
  "a file": `${fullResync}$${file.length}\r\n${file}`,
  "a socket": `${fullResync}$EOF:${mark}\r\n${file}${mark}`,
};

interface Given {
  readonly bytes: string;
  /** How many go at once. */
  readonly pieces?: number;
  readonly config?: readonly string[];
}

/** A replica that has been sent this by its master. */
function replicaOf({ bytes, pieces = 16_384, config = [] }: Given) {
  const world = new World("7.0");
  const fake = scriptedMaster(world);
  fake.answers = [
    (send) => {
      for (let at = 0; at < bytes.length; at += pieces) send(raw(bytes.slice(at, at + pieces)));
    },
    () => undefined,
  ];
  const settings = ["enable-debug-command yes", "replicaof 10.0.9.9 6379", ...config];
  world.server("r", ...settings).run(2);
  return { world, fake };
}

function digestOf(world: World): string {
  return world.ask("r", "DEBUG DIGEST").slice(1, -2);
}

describe.each(Object.entries(forms))("a replica that is sent an RDB from %s", (_, bytes) => {
  test.each([1, 7, 100, 16_384])("has its data when it comes %i bytes at a time", (pieces) => {
    const { world, fake } = replicaOf({ bytes, pieces });

    expect(world.info("r", "master_link_status")).toBe("up");
    expect(digestOf(world)).toBe(recorded.digest);
    expect(fake.heard).toContain("REPLCONF ACK 1000");
  });

  // useDisklessLoad(): rdbLoadRio() reads the socket.
  test("has its data where it parses what comes as it comes", () => {
    for (const how of ["swapdb", "on-empty-db"]) {
      const { world } = replicaOf({ bytes, config: [`repl-diskless-load ${how}`] });

      expect(world.logged("r", "to parser")).toBe(true);
      expect(digestOf(world)).toBe(recorded.digest);
    }
  });
});

describe("what stands right behind an RDB with a size", () => {
  test("is the stream, even where one segment holds the end of one and the other's beginning", () => {
    for (const how of ["disabled", "swapdb"]) {
      const { world } = replicaOf({
        bytes: forms["a file"] + stream,
        config: [`repl-diskless-load ${how}`],
      });

      expect(world.ask("r", "GET later")).toBe("$3\r\nyes\r\n");
      expect(world.offset("r")).toBe(1_000 + stream.length);
    }
  });
});

describe("a replica whose master sends what it cannot load", () => {
  // rdbReportCorruptRDB() ends the server, whether the file or the socket is read.
  test("exits when the bytes contradict themselves", () => {
    for (const how of ["disabled", "on-empty-db"]) {
      const bytes = `${fullResync}$${damaged.length}\r\n${damaged}`;
      const { world } = replicaOf({ bytes, config: [`repl-diskless-load ${how}`] });

      expect(world.simulation.isUp("r")).toBe(false);
      expect(world.logged("r", "Internal error in RDB reading offset 0, function at rdb.c:")).toBe(
        true,
      );
      expect(world.logged("r", "Terminating server after rdb file reading failure.")).toBe(true);
    }
  });

  test("keeps its data and tries again when the file is of a newer Redis, or no file at all", () => {
    for (const what of [file.replace("REDIS0010", "REDIS0012"), "<html></html>"]) {
      const { world, fake } = replicaOf({ bytes: `${fullResync}$${what.length}\r\n${what}` });

      expect(
        world.logged(
          "r",
          "Failed trying to load the MASTER synchronization DB from disk: Invalid argument",
        ),
      ).toBe(true);
      expect(fake.psyncs.length).toBe(2);
      expect(world.simulation.isUp("r")).toBe(true);
    }
  });
});

describe("a replica that follows a real master", () => {
  function following(): { world: World; fake: ScriptedMaster } {
    const { world, fake } = replicaOf({ bytes: forms["a file"] });
    fake.answers = [(send) => send(raw("+CONTINUE\r\n"))];
    return { world, fake };
  }

  // slaveTryPartialResynchronization()
  test("asks for the byte behind the last that it applied, in whatever pieces it came", () => {
    const { world, fake } = following();
    tellMaster(world, fake, () => {
      for (const byte of `${stream}${stream.slice(0, 20)}`) fake.say(raw(byte));
    });
    tellMaster(world, fake, () => fake.hangUp());
    world.run(2);

    expect(fake.psyncs.at(-1)).toBe(`PSYNC ${id} ${1_001 + stream.length}`);
    expect(world.info("r", "master_link_status")).toBe("up");
  });

  // Our digest of commands says nothing of a history that began elsewhere, so no law may compare it.
  test("tells no digest of a history that it does not know the beginning of", () => {
    const { world, fake } = following();
    tellMaster(world, fake, () => fake.say(raw(stream.repeat(200))));
    world.run(2);
    world.server("sub", "replicaof 10.0.0.1 6379").run(3);

    const told = world.notes.filter(
      ({ note }) => note.kind === "history" && note["how"] === "full",
    );
    expect(told.map(({ note }) => note["digest"])).toEqual([undefined, undefined]);
    expect(world.notes.some(({ note }) => note.kind === "stands")).toBe(false);
    expect(world.ask("sub", "GET later")).toBe("$3\r\nyes\r\n");
  });
});

describe("an RDB of our own, sent as bytes", () => {
  test("brings a replica to the same data as the one that is no bytes", () => {
    const keyspace = new Keyspace(16);
    for (let i = 0; i < 500; i++) keyspace.databases[i % 3]?.load(`key ${i}`, `value ${i}`, -1);
    const replication = { replicationId: id, offset: 1_000, streamDb: 0, digest: 0 };
    const own = rdbFile(keyspace.snapshot(), replication);
    const bytes = new RdbBytes(own).slice(0, own.bytes);
    const { world } = replicaOf({ bytes: `${fullResync}$${own.bytes}\r\n${bytes}`, pieces: 999 });

    expect(world.ask("r", "DBSIZE")).toBe(":167\r\n");
    expect(world.info("r", "db2")).toBe("keys=166,expires=0,avg_ttl=0");
  });
});

describe("a master that never ends its line", () => {
  // receiveSynchronousResponse(): 255 characters are a line, however it goes on.
  test("is not listened to for ever", () => {
    const { world, fake } = replicaOf({ bytes: `-ERR ${"x".repeat(10_000)}` });

    expect(world.logged("r", `(reply: -ERR ${"x".repeat(250)})`)).toBe(true);
    expect(fake.heard).toContain("SYNC\r\n");
  });
});
