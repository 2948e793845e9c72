import { describe, expect, test } from "vitest";
import type { Version } from "../../../src/redis/version.js";
import { World } from "../replication/world.js";

describe("INFO persistence", () => {
  // Redis 7.0: flushAllDataAndResetRDB(): rdbSave() leaves server.dirty at 0; 6.2 puts it back.
  test.each<[Version, string, string]>([
    ["6.2", "5", "11"],
    ["7.0", "0", "1"],
    ["7.2", "0", "1"],
  ])("counts in %s what FLUSHALL left unsaved: %s, and %s inside a transaction", (...row) => {
    const [version, alone, inside] = row;
    const world = new World(version).server("a", "save 3600 1").run(1);
    world.ask("a", "SET a 1");
    world.ask("a", "SET b 2");
    world.ask("a", "FLUSHALL");
    expect(world.info("a", "rdb_changes_since_last_save")).toBe(alone);

    for (const command of ["SET x 1", "MULTI", "SET y 1", "FLUSHALL", "SET z 1", "EXEC"]) {
      world.ask("a", command);
    }
    expect(world.info("a", "rdb_changes_since_last_save")).toBe(inside);
  });

  // Redis 7.0: saveCommand(), rdbSaveBackground(); neither rdbSaveToSlavesSockets() nor rdbSave().
  test.each<Version>(["7.0", "7.2"])("counts in %s the saves that were asked for", (version) => {
    const world = new World(version)
      .server("a", "save 3600 1", "repl-diskless-sync yes")
      .server("b", "replicaof 10.0.0.1 6379")
      .run(4);
    expect(world.info("a", "sync_full")).toBe("1");
    world.ask("a", "FLUSHALL");
    expect(world.info("a", "rdb_saves")).toBe("0");
    world.ask("a", "SAVE");
    world.ask("a", "BGSAVE");
    expect(world.info("a", "rdb_saves")).toBe("2");
  });
});
