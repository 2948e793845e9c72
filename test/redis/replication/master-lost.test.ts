import { describe, expect, test } from "vitest";
import type { Version } from "../../../src/redis/version.js";
import { World } from "./world.js";

const versions: readonly Version[] = ["6.2", "7.0", "7.2"];
const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";
const onDisk = "repl-diskless-sync no";

describe.each(versions)("in %s", (version) => {
  // Redis: readSyncBulkPayload() reads the socket again only when all is loaded; then freeClient().
  test("a master that dies while its dataset is loaded is lost afterwards, like any other", () => {
    const world = new World(version).server("a", noPing, onDisk, "rdbcompression no");
    for (let i = 0; i < 100; i++) world.ask("a", `SET key${i} ${"x".repeat(100_000)}`);
    world.server("b", follow, "appendonly yes");
    world.until(() => world.logged("b", "Loading DB in memory"));
    world.ask("a", "SET k v");
    world.kill("a");
    world.until(() => world.logged("b", "Reconnecting to MASTER"));

    const said = world.logs.get("b") ?? [];
    const from = said.indexOf("MASTER <-> REPLICA sync: Finished with success");
    expect(said.slice(from).filter((line) => !line.startsWith("Background"))).toEqual([
      "MASTER <-> REPLICA sync: Finished with success",
      "Connection with master lost.",
      "Caching the disconnected master state.",
      "Reconnecting to MASTER 10.0.0.1:6379",
      "MASTER <-> REPLICA sync started",
      "Error condition on socket for SYNC: Connection refused",
    ]);
    expect(world.logged("b", "Background append only file rewriting started")).toBe(true);
    expect(world.ask("b", "DBSIZE")).toBe(":101\r\n");
    expect(world.ask("b", "GET k")).toBe("$1\r\nv\r\n");
  });

  // Redis: connectWithMaster(), connGetLastError(): errno, as 7.0.15 of Debian shows it.
  test("a master whose name means nothing is looked up again by each cron", () => {
    const world = new World(version).server("b", "replicaof nowhere.invalid 6379").run(3);

    expect(world.info("b", "master_link_status")).toBe("down");
    expect(world.ask("b", "ROLE")).toContain("connect\r\n");
    const attempts = world.timesLogged("b", "Connecting to MASTER nowhere.invalid:6379");
    expect(attempts).toBeGreaterThanOrEqual(3);
    expect(world.timesLogged("b", "Unable to connect to MASTER: No such file or directory")).toBe(
      attempts,
    );
  });
});
