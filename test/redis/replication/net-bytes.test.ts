import { describe, expect, test } from "vitest";
import { World } from "./world.js";

const follow = "replicaof 10.0.0.1 6379";
const noPing = "repl-ping-replica-period 1000";

describe("INFO's total_net_repl_bytes", () => {
  // Redis 7.0: sendBulkToSlave(), rdbPipeReadHandler(), readSyncBulkPayload(), rdbLoadProgressCallback().
  test.each([
    ["repl-diskless-sync no", "repl-diskless-load disabled"],
    ["repl-diskless-sync yes", "repl-diskless-load disabled"],
    ["repl-diskless-sync yes", "repl-diskless-load on-empty-db"],
  ])("count the dataset on both sides, and then the stream: %s, %s", (sends, loads) => {
    const world = new World("7.0").server("a", noPing, sends).run(1);
    for (let i = 0; i < 50; i++) world.ask("a", `SET key${i} ${i}`);
    world.server("b", follow, loads);
    world.until(() => world.logged("b", "Finished with success"));
    world.run(2);
    const sent = Number(world.info("a", "total_net_repl_output_bytes"));
    const received = Number(world.info("b", "total_net_repl_input_bytes"));
    const framed = sends.endsWith("no") ? "$000\r\n".length : "$EOF:\r\n".length + 2 * 40;
    const rdb = sent - framed;
    expect(rdb).toBeGreaterThan(50 * 6);
    expect(rdb).toBeLessThan(50 * 14 + 300);
    // Newlines that kept it waiting are counted by who reads them.
    expect(received - sent).toBeGreaterThanOrEqual(0);
    expect(received - sent).toBeLessThanOrEqual(2);

    world.ask("a", "SET k v");
    world.run(1);
    expect(Number(world.info("a", "total_net_repl_output_bytes")) - sent).toBe(50);
    expect(Number(world.info("b", "total_net_repl_input_bytes")) - received).toBe(50);
  });
});
