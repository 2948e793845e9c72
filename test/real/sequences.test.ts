/** Generated sequences of commands, to a real redis-server and to the simulated one. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compare } from "./comparison.js";
import { anySequence, type Step } from "./grammar.js";
import { peersOfFile } from "./peers.js";
import { everything, families, inspection, inTransactions } from "./shapes.js";

const seed = 20_260_101;
const keys = ["k1", "k2", "k3", "k4"];

const peers = peersOfFile();

async function holdsFor(sequences: fc.Arbitrary<Step[]>, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(sequences, async (steps) => {
      expect(await compare(peers.real, peers.simulated, steps)).toEqual([]);
    }),
    { seed, numRuns, endOnFailure: false },
  );
}

/** The sequence, and then a look at every key. */
function withInspection(sequences: fc.Arbitrary<Step[]>): fc.Arbitrary<Step[]> {
  const looks = keys.flatMap(inspection).map((command) => ({ session: 0, command }));
  return sequences.map((steps) => [...steps, ...looks]);
}

describe("a simulated server answers, and feeds its replicas, byte for byte as a real one", () => {
  test.each(Object.entries(families))("commands of the family %s", async (_, shapes) => {
    await holdsFor(withInspection(anySequence(shapes)), 40);
  });

  test("commands of all families on the same few keys", async () => {
    await holdsFor(withInspection(anySequence(everything)), 60);
  });

  test("transactions of two sessions that watch and write the same keys", async () => {
    await holdsFor(withInspection(anySequence(inTransactions, 2)), 80);
  });
});
