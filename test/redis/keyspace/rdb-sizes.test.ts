/** Sizes of dump.rdb as a real redis-server 7.0.15 wrote it, with and without rdbcompression. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { rdbFile } from "../../../src/redis/persistence/rdb-file.js";
import { Dataset } from "./dataset.js";

interface Recorded {
  readonly name: string;
  readonly compression: "yes" | "no";
  readonly bytes: number;
  readonly commands?: string[][];
}

const recorded: Recorded[] = JSON.parse(
  readFileSync(new URL("../../data/rdb-sizes-7.0.15.json", import.meta.url), "utf8"),
);

function datasetOf(name: string): Dataset {
  const dataset = new Dataset("7.0");
  const commands = recorded.find((each) => each.name === name)?.commands ?? [];
  for (const args of commands) {
    if (args[0] === "SELECT") dataset.database = Number(args[1]);
    else dataset.run(...args);
  }
  return dataset;
}

describe("a snapshot has the size of the RDB of a real server", () => {
  test.each(recorded)("$name, rdbcompression $compression", ({ name, compression, bytes }) => {
    const dataset = datasetOf(name);
    dataset.rdbcompression = compression === "yes";

    expect(dataset.keyspace.snapshot().bytes).toBe(bytes);
  });
});

// Recorded: "receiving 175 bytes from master" at the first sync with an empty 6.2.1.
test("an empty master of 6.2 sends 175 bytes", () => {
  const { keyspace } = new Dataset("6.2");

  const history = { replicationId: "0".repeat(40), offset: 0, streamDb: 0, digest: 0 };
  expect(rdbFile(keyspace.snapshot(), history).bytes).toBe(175);
});

test("counting again after a change gives what counting afresh gives", () => {
  const dataset = datasetOf("hash with longer values");
  dataset.run("SET", "k", "v".repeat(100));
  dataset.keyspace.snapshot();

  dataset.run("SET", "k", "w");
  dataset.run("HSET", "h", "name", "x");
  const afresh = new Dataset("7.0");
  afresh.keyspace.restore(dataset.keyspace.snapshot(), 0, false);

  expect(dataset.keyspace.snapshot().bytes).toBe(afresh.keyspace.snapshot().bytes);
});
