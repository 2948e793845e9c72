/** RDB and PSYNC between simulated servers and real ones, in both directions. */
import { afterEach, describe, expect, test } from "vitest";
import { behaviours, type Version, versions } from "../../../src/redis/version.js";
import { behaviour, version } from "../release.js";
import { MixedCluster } from "./mixed-cluster.js";
import { ask, type Place, text, until } from "./real-node.js";

let cluster: MixedCluster;

afterEach(async () => {
  await cluster.stop();
});

/** One server, without Sentinels; `lines` are directives of its file. */
const alone = (...lines: readonly string[]) => aloneOf(version, ...lines);

function aloneOf(of: Version, ...lines: readonly string[]): string {
  return [
    "duration: 1h",
    `version: ${of}`,
    "nodes: { replicas: 0, sentinels: 0 }",
    "server:",
    '  save: ""',
    "  repl-diskless-sync-delay: 0",
    // 6.2 serves DEBUG without asking.
    ...(behaviours[of].from70 ? ["  enable-debug-command: true"] : []),
    ...lines.map((line) => `  ${line}`),
    "",
  ].join("\n");
}

const older = versions.slice(0, versions.indexOf(version));
const newer = versions.slice(versions.indexOf(version) + 1);
/** RDB_VERSION of each. */
const format: Readonly<Record<Version, number>> = { "6.2": 9, "7.0": 10, "7.2": 11 };

/** Keys of every type and in every form that a dataset of default settings has, some that expire. */
async function fill(at: Place): Promise<void> {
  const write = async (...args: string[]) => {
    const reply = await ask(at, ...args);
    expect(reply?.kind, args.join(" ").slice(0, 80)).toMatch(/status|integer/);
  };
  const range = (count: number, of: (i: number) => string | string[]) =>
    Array.from({ length: count }, (_, i) => of(i)).flat();
  await write("MSET", "a", "1", "b", "-70000", "c", "9223372036854775807", "bytes", "\0\xff\r\n");
  await write("SET", "long", "to be compressed ".repeat(500));
  await write("SET", "soon", "gone", "PX", "86400000");
  await write("RPUSH", "list", ...range(40, (i) => (i % 2 === 0 ? `item ${i}` : `${i * i - 99}`)));
  await write("RPUSH", "long list", ...range(3_000, (i) => `item ${i} ${"x".repeat(i % 30)}`));
  await write("SADD", "numbers", ...range(300, (i) => `${i * 100_003 - 5}`));
  await write("SADD", "words", ...range(200, (i) => `word ${i}`));
  await write("HSET", "card", ...range(20, (i) => [`field ${i}`, `${i}`]));
  await write("HSET", "big card", ...range(700, (i) => [`field ${i}`, `value ${i}`]));
  await write("EXPIRE", "card", "86400");
}

/** INFO's line of this name. */
async function info(at: Place, name: string): Promise<string> {
  const found = new RegExp(`^${name}:(.*)\r$`, "m").exec(await text(at, "INFO"));
  return found?.[1] ?? "";
}

const digest = (at: Place) => text(at, "DEBUG", "DIGEST");

/** The same data, at the same place of one history. */
async function agree(a: Place, b: Place): Promise<void> {
  await until(async () => (await info(b, "master_link_status")) === "up", "the link is up");
  await until(
    async () =>
      (await info(a, "master_repl_offset")) === (await info(b, "master_repl_offset")) &&
      (await digest(a)) === (await digest(b)),
    "both have the same data",
  );
  expect(await info(b, "master_replid")).toBe(await info(a, "master_replid"));
  expect(await text(b, "DBSIZE")).toBe(await text(a, "DBSIZE"));
}

describe("a real replica of a simulated master", () => {
  // rdbSaveRio(), rdbLoadRio(); rdbSaveToSlavesSockets() sends the same behind $EOF and its mark.
  test.each([
    ["from a file", "repl-diskless-sync: false"],
    ["from a socket", "repl-diskless-sync: true"],
  ])("has its data after a full resync %s, and follows the stream", async (_, setting) => {
    cluster = await MixedCluster.start(alone(setting));
    const master = cluster.at("r1");
    await fill(master);
    const replica = await cluster.server(1, `replicaof ${master.ip} ${master.port}`);
    await agree(master, replica.address);
    // expireIfNeeded(): what is expired by its own clock, a replica does not show.
    expect(await text(replica.address, "GET", "soon")).toBe("gone");

    await fill(master);
    await ask(master, "SELECT", "0");
    await ask(master, "DEL", "words");
    await ask(master, "INCRBY", "a", "41");
    await agree(master, replica.address);

    expect(await info(master, "slave0")).toMatch(
      new RegExp(`^ip=${replica.address.ip},port=6379,state=online`),
    );
    expect(replica.log).toContain(
      behaviour.from70
        ? "Done loading RDB, keys loaded: 12, keys expired: 0."
        : "MASTER <-> REPLICA sync: Finished with success",
    );
    expect(cluster.replayed().fingerprint).toBe(cluster.run.fingerprint);
  });
});

describe("a real replica of another version's master", () => {
  // rdbLoadRio(): ziplists of 6.2 become listpacks.
  test.each(older)("has the data of an older one, of %s", async (of) => {
    cluster = await MixedCluster.start(aloneOf(of));
    const master = cluster.at("r1");
    await fill(master);
    const replica = await cluster.server(1, `replicaof ${master.ip} ${master.port}`);
    await agree(master, replica.address);
  });

  // rdbLoadRio(): rdbver > RDB_VERSION.
  test.each(newer)("refuses the file of a newer one, of %s, and says so", async (of) => {
    cluster = await MixedCluster.start(aloneOf(of));
    const master = cluster.at("r1");
    const replica = await cluster.server(1, `replicaof ${master.ip} ${master.port}`);

    const complaint = `Can't handle RDB format version ${format[of]}`;
    await until(async () => replica.log.includes(complaint), complaint);
  });
});

describe("a real replica whose connection was closed", () => {
  // masterTryPartialResynchronization()
  test("goes on where it was, without another RDB", async () => {
    cluster = await MixedCluster.start(alone());
    const master = cluster.at("r1");
    await fill(master);
    const replica = await cluster.server(1, `replicaof ${master.ip} ${master.port}`);
    await agree(master, replica.address);

    expect(await text(master, "CLIENT", "KILL", "TYPE", "replica")).toBe(":1\r\n");
    await ask(master, "SET", "meanwhile", "yes");
    await agree(master, replica.address);

    expect(await info(master, "sync_partial_ok")).toBe("1");
    expect(await info(master, "sync_full")).toBe("1");
    expect(await text(replica.address, "GET", "meanwhile")).toBe("yes");
  });
});

describe("a real replica of a master with ballast", () => {
  test("is sent all of its bytes and has its keys alone", async () => {
    const ballast = "  r1: { data: { keys: 100000, bytes: 20MB } }";
    cluster = await MixedCluster.start(
      alone().replace("nodes: { replicas: 0, sentinels: 0 }", `nodes:\n${ballast}`),
    );
    const master = cluster.at("r1");
    await ask(master, "SET", "a", "1");
    const replica = await cluster.server(1, `replicaof ${master.ip} ${master.port}`);
    await agree(master, replica.address);

    expect(await text(replica.address, "DBSIZE")).toBe(":1\r\n");
    // 6.2 counts what comes from a master with all that comes.
    const counter = behaviour.from70 ? "total_net_repl_input_bytes" : "total_net_input_bytes";
    expect(Number(await info(replica.address, counter))).toBeGreaterThan(20_000_000);
  });
});

describe("a simulated replica of a real master", () => {
  // readSyncBulkPayload(); a real master of 7.0 streams to sockets unless told otherwise.
  test.each([
    ["a file", "no", "disabled"],
    ["a socket", "yes", "disabled"],
    ["a socket, parsed as it comes,", "yes", "on-empty-db"],
  ])("has its data after a full resync from %s, and follows the stream", async (_, ...settings) => {
    const [diskless, load] = settings;
    cluster = await MixedCluster.start(alone(`repl-diskless-load: ${load}`));
    const replica = cluster.at("r1");
    const master = await cluster.server(1, `repl-diskless-sync ${diskless}`);
    await fill(master.address);
    expect(await text(replica, "REPLICAOF", master.address.ip, "6379")).toBe("OK");
    await agree(master.address, replica);

    await fill(master.address);
    await master.ask("DEL", "words");
    await master.ask("INCRBY", "a", "41");
    await agree(master.address, replica);

    expect(await info(master.address, "slave0")).toMatch(
      new RegExp(`^ip=${replica.ip},port=${replica.port},state=online`),
    );
    expect(cluster.replayed().fingerprint).toBe(cluster.run.fingerprint);
  });

  // slaveTryPartialResynchronization()
  test("goes on where it was when its connection was closed", async () => {
    cluster = await MixedCluster.start(alone());
    const replica = cluster.at("r1");
    const master = await cluster.server(1);
    await fill(master.address);
    await ask(replica, "REPLICAOF", master.address.ip, "6379");
    await agree(master.address, replica);

    await master.ask("CLIENT", "KILL", "TYPE", "replica");
    await master.ask("SET", "meanwhile", "yes");
    await agree(master.address, replica);

    expect(await info(master.address, "sync_partial_ok")).toBe("1");
    expect(await info(master.address, "sync_full")).toBe("1");
    expect(await text(replica, "GET", "meanwhile")).toBe("yes");
  });

  test("says which type of value it does not know, keeps its data and tries again", async () => {
    cluster = await MixedCluster.start(alone());
    const replica = cluster.at("r1");
    await ask(replica, "SET", "mine", "1");
    const master = await cluster.server(1);
    await master.ask("ZADD", "scores", "1", "ada");
    await ask(replica, "REPLICAOF", master.address.ip, "6379");

    await until(
      async () => Number(await info(master.address, "sync_full")) > 1,
      "it asks for a second time",
    );
    expect(await text(replica, "GET", "mine")).toBe("1");
    expect(await info(replica, "master_link_status")).toBe("down");

    await master.ask("DEL", "scores");
    await agree(master.address, replica);
  });

  // syncWithMaster(): "Error condition on socket for SYNC: Connection refused"
  test("is refused where nobody listens, and follows once somebody does", async () => {
    cluster = await MixedCluster.start(alone());
    const replica = cluster.at("r1");
    const { ip, port } = cluster.place(1, 6379);
    await ask(replica, "REPLICAOF", ip, `${port}`);
    await until(
      async () => cluster.log.includes("Error condition on socket for SYNC: Connection refused"),
      "it is told that nobody listens",
    );

    const master = await cluster.server(1);
    await master.ask("SET", "a", "1");
    await agree(master.address, replica);
  });
});

describe("a chain of real and simulated servers", () => {
  test("has the same data, offset and replication id at every level", async () => {
    cluster = await MixedCluster.start(alone());
    const middle = cluster.at("r1");
    const top = await cluster.server(1);
    await fill(top.address);
    await ask(middle, "REPLICAOF", top.address.ip, "6379");
    const bottom = await cluster.server(2, `replicaof ${middle.ip} ${middle.port}`);
    await agree(top.address, middle);
    await agree(middle, bottom.address);

    await fill(top.address);
    await agree(top.address, middle);
    await agree(middle, bottom.address);
  });
});
