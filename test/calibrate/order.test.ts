import { describe, expect, test } from "vitest";
import {
  brokenPrecedences,
  missingPairs,
  type Sequence,
  sequencesOf,
} from "../../src/calibrate/order.js";
import { recordedSamples } from "../../src/calibrate/recording.js";
import type { SentinelEvent } from "../../src/observe/phase-times.js";
import { recordedLines, recordedPhases } from "../observe/recording.js";

const old = "10.77.0.11:6379 10.77.0.11 6379 @ mymaster 10.77.0.13 6379";
const other = "10.77.0.12:6379 10.77.0.12 6379 @ mymaster 10.77.0.13 6379";

function event(node: string, channel: string, payload: string): SentinelEvent {
  return { t: 0, node, channel, payload };
}

describe("the sequences of a run", () => {
  test("name an event by its channel and by what it is about, without addresses and ids", () => {
    const events = [
      event("s1", "+sdown", "master mymaster 10.77.0.11 6379"),
      event("s2", "+new-epoch", "1"),
      event("s2", "+vote-for-leader", "0a637ea1fd945d1122d3335aa43907a3fcabeeef 1"),
      event("s1", "+switch-master", "mymaster 10.77.0.11 6379 10.77.0.13 6379"),
      event("s1", "+sdown", `slave ${old}`),
      event("s1", "-role-change", `slave ${other} new reported role is master`),
    ];

    expect(sequencesOf([{ settled: 0, phases: {}, writes: undefined, events }])).toEqual([
      ["+sdown master", "+switch-master", "+sdown old master", "-role-change replica to master"],
      ["+new-epoch", "+vote-for-leader"],
    ]);
  });

  // dictGetIterator(): the order of a hash table differs from process to process.
  test("count as one what the walk of a hash table shuffles", () => {
    const walks = [
      [other, old],
      [old, other],
    ].map((walk) =>
      sequencesOf([
        {
          settled: 0,
          phases: {},
          writes: undefined,
          events: walk.map((each) => event("s1", "+slave", `slave ${each}`)),
        },
      ]),
    );

    expect(walks[0]).toEqual([["+slave"]]);
    expect(walks[1]).toEqual(walks[0]);
  });

  test("are nine for three recordings of three Sentinels", () => {
    const runs = [1, 2, 3].map((run) => recordedLines("7.0.15", "kill_master", run));
    const samples = recordedSamples(recordedPhases("7.0.15", "kill_master"), runs);

    const sequences = sequencesOf(samples);

    expect(sequences).toHaveLength(9);
    for (const sequence of sequences) expect(sequence[0]).toBe("+sdown master");
  });
});

describe("an order that holds in every recording", () => {
  const recorded: Sequence[] = Array.from({ length: 9 }, () => ["a", "b", "c"]);

  test("is broken by runs that show the other, and says how likely that is by chance", () => {
    const simulated: Sequence[] = [
      ["a", "b", "c"],
      ["b", "a", "c"],
    ];

    expect(brokenPrecedences(recorded, simulated)).toEqual([
      { first: "a", second: "b", recorded: 9, broken: 1, simulated: 2, chance: 0.5 ** 9 },
    ]);
  });

  test("is not broken by runs that lack one of the two", () => {
    expect(brokenPrecedences(recorded, [["b", "c"], ["a"]])).toEqual([]);
  });

  test("is none where a single recording shows the other", () => {
    expect(brokenPrecedences([...recorded, ["b", "a"]], [["b", "a"]])).toEqual([]);
  });
});

test("neighbours of a recording that no run has are missing", () => {
  expect(missingPairs([["a", "b", "c"]], [["a", "b"], ["c"]])).toEqual([
    { first: "b", second: "c", recorded: 1 },
  ]);
});
