/** Arity and flags as COMMAND INFO of a real redis-server 7.0.15 tells them. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dataCommands } from "../../../src/redis/keyspace/commands.js";
import { flag } from "../../../src/redis/server/command.js";

const recorded: Record<string, { arity: number; flags: string[] }> = JSON.parse(
  readFileSync(new URL("../../data/data-commands-7.0.15.json", import.meta.url), "utf8"),
);

describe("the table of data commands", () => {
  test.each(dataCommands)("has the arity and the flags of $name", ({ name, arity, flags }) => {
    const names = Object.entries(flag).flatMap(([word, bit]) =>
      (flags & bit) === 0 ? [] : [word],
    );
    const known = recorded[name]?.flags.filter((word) => word in flag) ?? [];

    expect({ arity, flags: names.sort() }).toEqual({
      arity: recorded[name]?.arity,
      flags: known.sort(),
    });
  });

  test("names each command once", () => {
    expect(new Set(dataCommands.map(({ name }) => name)).size).toBe(dataCommands.length);
  });
});
