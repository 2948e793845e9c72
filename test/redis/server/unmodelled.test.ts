import { describe, expect, test } from "vitest";
import { isUnmodelled } from "../../../src/redis/server/unmodelled.js";
import { behaviours, versions } from "../../../src/redis/version.js";
import { World } from "../world.js";

describe("a command of Redis's that is not modelled", () => {
  test.each(["MONITOR", "zadd", "Eval"])("is refused as that, and not as unknown: %s", (name) => {
    const world = new World();
    world.server("r1");

    expect(world.client("r1").ask(name, "a", "b")).toBe(
      `-ERR redsim does not model the command '${name.toUpperCase()}'`,
    );
  });

  test("is unknown where that version of Redis does not know it", () => {
    const world = new World();
    world.server("old", { version: "6.2" });
    world.server("new", { version: "7.0" });

    expect(world.client("old").ask("FCALL", "f", "0")).toMatch(/^-ERR unknown command `FCALL`/);
    expect(world.client("old").ask("STRALGO")).toMatch(/^-ERR redsim does not model/);
    expect(world.client("new").ask("STRALGO")).toMatch(/^-ERR unknown command 'STRALGO'/);
  });

  test("spoils a transaction, as every refused command does", () => {
    const world = new World();
    world.server("r1");
    const client = world.client("r1");
    client.ask("MULTI");
    client.ask("BLPOP", "a", "0");

    expect(client.ask("EXEC")).toBe("-EXECABORT Transaction discarded because of previous errors.");
  });

  test.each(versions)("is none that is: Redis %s", (version) => {
    const world = new World();
    world.server("r1", { version });
    const names = [...world.process("r1").commandTable.keys()];

    expect(names.filter((name) => isUnmodelled(name, behaviours[version]))).toEqual([]);
  });
});
