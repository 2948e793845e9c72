/** The corpus of what nobody should send: a real server says the same to it. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Peer, realPeer, simulatedPeer } from "./peer.js";

const folder = resolve(import.meta.dirname, "../data/fuzz");
/** A replication id is nobody else's. */
const corpus = readdirSync(folder).filter((name) => name !== "psync-by-hand.bin");

let real: Peer;
let simulated: Peer;

beforeAll(async () => {
  real = await realPeer();
  simulated = simulatedPeer();
});

afterAll(() => real?.stop());

describe("hostile bytes get a real server's answer", () => {
  test.each(corpus)("%s", async (name) => {
    const bytes = readFileSync(resolve(folder, name), "latin1");

    expect(await simulated.converse([bytes])).toEqual(await real.converse([bytes]));
  });
});
