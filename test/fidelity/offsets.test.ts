/**
 * Counters, backlogs and offsets at the end of the recorded experiments, role by role: equal where the
 * recordings do not differ among themselves, within 1 % where timing decides.
 */
import { describe, expect, test } from "vitest";
import type { Version } from "../../src/redis/version.js";
import { type Release, recordedPhases } from "../observe/recording.js";
import {
  byRole,
  bytesOfWrites,
  type EndState,
  type Experiment,
  experiments,
  makeupOf,
  recordedEnd,
  type ServerState,
  type SimulatedEnd,
  simulatedEnd,
} from "./end-state.js";

const releases: readonly (readonly [Release, Version])[] = [
  ["6.2.1", "6.2"],
  ["7.0.15", "7.0"],
];
const recordings = [1, 2, 3];
const runsPerRecording = 2;

interface Ends {
  readonly experiment: Experiment;
  readonly recorded: readonly EndState[];
  readonly simulated: readonly SimulatedEnd[];
}

function endsOf(release: Release, version: Version, experiment: Experiment): Ends {
  const recorded = recordings.map((run) => recordedEnd(release, experiment, run));
  const simulated = recorded.flatMap((end, i) =>
    Array.from({ length: runsPerRecording }, (_, again) =>
      simulatedEnd(version, experiment, `${i + 1 + again * recordings.length}`, end.sinceSettled),
    ),
  );
  return { experiment, recorded, simulated };
}

/** What each role shows, without what timing decides. */
function exactly(end: EndState, field: (state: ServerState, end: EndState) => unknown) {
  return Object.fromEntries(
    Object.entries(byRole(end)).map(([role, state]) => [role, field(state, end)]),
  );
}

function masterOf(end: EndState): ServerState {
  const { master } = byRole(end);
  if (master === undefined) throw new Error("nobody is the master");
  return master;
}

/** How often a minute, roughly: repl-ping-replica-period is 10 s. */
function pingsIn(time: number): number {
  return Math.floor(time / 10_000);
}

/** What the master's offset consists of besides the writes. */
function makeup({ experiment }: Ends, end: EndState) {
  const { offset, keys } = masterOf(end);
  return makeupOf(offset - bytesOfWrites(experiment, keys), pingsIn(end.sinceSentinels));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each(releases)("in %s", (release, version) => {
  describe.each(experiments.map((experiment) => [experiment.name, experiment] as const))(
    "after %s",
    (_, experiment) => {
      const ends = endsOf(release, version, experiment);
      const { recorded, simulated } = ends;
      const all = [...recorded, ...simulated];

      /** Every recording says the same, and every simulated run says it, too. */
      function allShow(field: (state: ServerState, end: EndState) => unknown): void {
        const [first] = recorded;
        if (first === undefined) throw new Error("nothing was recorded");
        const shown = exactly(first, field);
        for (const end of all) expect(exactly(end, field)).toEqual(shown);
      }

      // masterTryPartialResynchronization(), syncCommand().
      test("each role has granted and refused as many resyncs", () => {
        allShow(({ role, syncFull, syncPartialOk, syncPartialErr }) => [
          role,
          { syncFull, syncPartialOk, syncPartialErr },
        ]);
      });

      // genRedisInfoString(), shiftReplicationId(), resizeReplicationBacklog().
      test("each role has a backlog of the same kind, and a second history or none", () => {
        allShow((state, end) => ({
          active: state.backlogActive,
          size: state.backlogSize,
          reachesToTheEnd: state.backlogFirst + state.backlogLength - 1 === state.offset,
          isWhole: state.backlogFirst === 1,
          isTrimmed: state.backlogLength >= state.backlogSize,
          hasSecond: state.secondOffset > 0,
          secondIsTheMasters: state.secondOffset === masterOf(end).secondOffset,
        }));
      });

      // feedReplicationBacklog(): the same bytes, whoever is fed.
      test("the master's offset is writes, hellos, PINGs and SELECTs, to the byte", () => {
        for (const end of all) expect(makeup(ends, end)).toBeDefined();
        const selects = new Set(all.map((end) => makeup(ends, end)?.selects));
        expect(selects.size).toBe(1);
      });

      // sentinelSendHello(), replicationCron().
      test("what the Sentinels publish on a master makes it grow by as much a second, within 1 %", () => {
        const hellosPerSecond = (some: readonly EndState[]): number =>
          mean(
            some.map((end) => {
              const time = (end.sinceSentinels - end.headless) / 1_000;
              return (makeup(ends, end)?.hellos ?? 0) / time;
            }),
          );

        expect(hellosPerSecond(simulated) / hellosPerSecond(recorded)).toBeGreaterThan(0.99);
        expect(hellosPerSecond(simulated) / hellosPerSecond(recorded)).toBeLessThan(1.01);
      });
    },
  );

  describe("after the master was killed", () => {
    const [killMaster] = experiments;
    if (killMaster === undefined) throw new Error("it is the first experiment");
    const { recorded, simulated } = endsOf(release, version, killMaster);

    // shiftReplicationId(): second_repl_offset is one beyond what the promoted replica has.
    test("its history ends right behind the last acknowledged write, hellos and PINGs aside", () => {
      for (const end of [...recorded, ...simulated]) {
        const writes = bytesOfWrites(killMaster, end.writesBefore);
        const rest = masterOf(end).secondOffset - 1 - writes;
        expect(makeupOf(rest, 1)).toBeDefined();
      }
    });
  });

  describe("after SENTINEL FAILOVER", () => {
    const manual = experiments.find((each) => each.name === "manual_failover");
    if (manual === undefined) throw new Error("it was recorded");
    const { simulated } = endsOf(release, version, manual);
    const phases = recordedPhases(release, "manual_failover");
    const range = (phase: string): readonly [number, number] => {
      const times = phases.map((each) => each[phase]).filter((time) => typeof time === "number");
      return [Math.min(...times), Math.max(...times)];
    };

    // sentinelRefreshInstanceInfo(): +convert-to-slave waits for four hello periods.
    test("as many acknowledged writes are lost: 109 to 111 at ten a second", () => {
      expect(range("lost")).toEqual([109, 111]);
      for (const { lost } of simulated) {
        expect(lost).toBeGreaterThanOrEqual(109);
        expect(lost).toBeLessThanOrEqual(111);
      }
    });

    // sentinelFailoverDetectEnd(); in 7.0 the sibling's copy waits for repl-diskless-sync-delay.
    test("+failover-end comes when it came: with diskless replication 4 s later", () => {
      const [earliest, latest] = range("end");
      for (const { failoverEnd } of simulated) {
        expect(failoverEnd).toBeGreaterThan(earliest - 150);
        expect(failoverEnd).toBeLessThan(latest + 150);
      }
    });
  });
});
