/// <reference path="../../src/kernel/alea.d.ts" />
import alea from "seedrandom/lib/alea.js";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/kernel/random.js";

describe("a stream of chance", () => {
  test("draws what seedrandom's own Alea draws from the same seed", () => {
    for (const name of ["link/a/b", "node/r1/0", ""]) {
      const stream = new RandomStream("7", name);
      const generator = alea(`7/${name}`, { state: true });

      const drawn = Array.from({ length: 10_000 }, () => stream.below(4_294_967_296));

      expect(drawn).toEqual(drawn.map(() => Math.floor(generator() * 4_294_967_296)));
    }
  });

  test("counts its draws", () => {
    const stream = new RandomStream("7", "counted");

    stream.between(3, 9);
    stream.hex(40);

    expect(stream.draws).toBe(41);
  });
});
