/** The corpus of what nobody should send: a real server says the same to it. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { peersOfFile } from "./peers.js";

const folder = resolve(import.meta.dirname, "../data/fuzz");
/** A replication id is nobody else's. */
const corpus = readdirSync(folder).filter((name) => name !== "psync-by-hand.bin");

const peers = peersOfFile();

describe("hostile bytes get a real server's answer", () => {
  test.each(corpus)("%s", async (name) => {
    const bytes = readFileSync(resolve(folder, name), "latin1");

    expect(await peers.simulated.converse([bytes])).toEqual(await peers.real.converse([bytes]));
  });
});
