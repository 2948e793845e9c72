import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../../src/kernel/record.js";
import type { Instant } from "../../../src/kernel/time.js";
import { Epochs } from "../../../src/observe/check/epochs.js";
import type { Law } from "../../../src/observe/check/law.js";
import { OneLeader } from "../../../src/observe/check/one-leader.js";
import { OneVote } from "../../../src/observe/check/one-vote.js";

function event(node: string, channel: string, payload: string, master = "mymaster"): RunRecord {
  return {
    kind: "note",
    at: 1 as Instant,
    spent: 0,
    node,
    note: { kind: "event", level: "#", channel, payload, master },
  };
}

function violationsOf(law: Law, records: readonly RunRecord[]): readonly string[] {
  for (const record of records) law.record(record);
  return law.violations.map((violation) => violation.text);
}

// sentinel.c: sentinelVoteLeader()
describe("one vote", () => {
  test("holds for the same vote told twice and for another epoch", () => {
    const records = [
      event("s1", "+vote-for-leader", "aa 1"),
      event("s1", "+vote-for-leader", "aa 1"),
      event("s1", "+vote-for-leader", "bb 2"),
      event("s2", "+vote-for-leader", "bb 1"),
    ];

    expect(violationsOf(new OneVote(), records)).toEqual([]);
  });

  test("holds for two masters that fail over in the same epoch", () => {
    const records = [
      event("s1", "+vote-for-leader", "aa 1", "one"),
      event("s1", "+vote-for-leader", "bb 1", "two"),
    ];

    expect(violationsOf(new OneVote(), records)).toEqual([]);
  });

  test("is broken by two votes in one epoch", () => {
    const records = [
      event("s1", "+vote-for-leader", "aa 1"),
      event("s1", "+vote-for-leader", "bb 1"),
    ];

    expect(violationsOf(new OneVote(), records)).toEqual([
      "s1 voted for aa and then for bb in epoch 1",
    ]);
  });
});

// sentinel.c: sentinelGetLeader()
describe("one leader", () => {
  const elected = (node: string, epoch: number) => [
    event(node, "+new-epoch", `${epoch}`),
    event(node, "+vote-for-leader", `${node} ${epoch}`),
    event(node, "+elected-leader", "master mymaster 10.0.0.1 6379"),
  ];

  test("holds for leaders of different epochs", () => {
    expect(violationsOf(new OneLeader(), [...elected("s1", 1), ...elected("s2", 2)])).toEqual([]);
  });

  test("is broken by two leaders of one epoch", () => {
    expect(violationsOf(new OneLeader(), [...elected("s1", 1), ...elected("s2", 1)])).toEqual([
      "s1 and s2 were both elected for mymaster in epoch 1",
    ]);
  });
});

// sentinel.md 1.5: the epoch is flushed before it is told
describe("epochs", () => {
  test("hold while they rise, and are broken by an epoch that returns", () => {
    expect(
      violationsOf(new Epochs(), [event("s1", "+new-epoch", "1"), event("s1", "+new-epoch", "3")]),
    ).toEqual([]);
    expect(
      violationsOf(new Epochs(), [event("s1", "+new-epoch", "3"), event("s1", "+new-epoch", "2")]),
    ).toEqual(["s1 went from epoch 3 to 2"]);
  });
});
