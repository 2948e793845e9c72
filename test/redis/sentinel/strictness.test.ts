/**
 * Every comparison of Sentinel that a millisecond decides, on both sides of its bound. A record of a real
 * Sentinel is put into the state in question and the function that compares is run once.
 */
import { describe, expect, test } from "vitest";
import { reconnect } from "../../../src/redis/sentinel/connect.js";
import {
  askOtherSentinels,
  checkObjectivelyDown,
  checkSubjectivelyDown,
} from "../../../src/redis/sentinel/down.js";
import { electedLeader } from "../../../src/redis/sentinel/election.js";
import {
  failoverStateMachine,
  startFailoverIfNeeded,
} from "../../../src/redis/sentinel/failover.js";
import { refreshInfo } from "../../../src/redis/sentinel/info.js";
import { failoverState, flag, type Instance } from "../../../src/redis/sentinel/instance.js";
import { sendPeriodicCommands } from "../../../src/redis/sentinel/periodic.js";
import { selectReplica } from "../../../src/redis/sentinel/select.js";
import type { SentinelState } from "../../../src/redis/sentinel/state.js";
import { tick } from "../../../src/redis/sentinel/timer.js";
import { World } from "./world.js";

interface Scene {
  readonly world: World;
  readonly state: SentinelState;
  readonly master: Instance;
  readonly replica: Instance;
  readonly peer: Instance;
  readonly now: number;
}

/** What comes of it with this value, in a world of its own. */
function outcome({ happens }: Row, value: number): boolean {
  const { world, ...rest } = scene();
  return world.within("s1", () => happens({ world, ...rest, now: rest.state.now() }, value));
}

/** Down-after is 3 s, failover-timeout 10 s; all is well and everybody knows everybody. */
function scene(sentinels = 2): Scene {
  const world = new World({
    sentinels,
    replicas: 1,
    config: ["sentinel failover-timeout mymaster 10000"],
  });
  world.run(5_000);
  const state = world.state("s1");
  const master = world.master("s1");
  const [replica] = master.replicas.records;
  const [peer] = master.sentinels.records;
  if (replica === undefined || peer === undefined) throw new Error("the scene is not set");
  return { world, state, master, replica, peer, now: state.now() };
}

/** Nothing that is sent again and again is due. */
function quiet(instance: Instance, now: number): void {
  const { link } = instance;
  link.lastPongTime = now;
  link.lastPingTime = now;
  instance.infoRefresh = now;
  instance.lastPubTime = now;
}

function sends(state: SentinelState, instance: Instance, now: number): boolean {
  const before = instance.link.commandCallbacks.length;
  sendPeriodicCommands(state, instance, now);
  return instance.link.commandCallbacks.length > before;
}

function isReplica(of: string, port = 6379): string {
  return `# Replication\r\nrole:slave\r\nmaster_host:${of}\r\nmaster_port:${port}\r\nmaster_link_status:up\r\n`;
}

function waiting(master: Instance, state: 1 | 4 | 5): void {
  master.set(flag.failoverInProgress);
  master.failoverState = state;
}

interface Row {
  readonly what: string;
  /** It happens with this value, and does not with that. */
  readonly yes: number;
  readonly no: number;
  happens(scene: Scene, value: number): boolean;
}

const rows: readonly Row[] = [
  {
    what: "an instance is down when it was silent for longer than down-after",
    yes: 3_001,
    no: 3_000,
    happens: ({ state, master, now }, silence) => {
      master.link.actPingTime = now - silence;
      checkSubjectivelyDown(state, master, now);
      return master.is(flag.subjectivelyDown);
    },
  },
  {
    what: "a master is down when it says it is a replica for longer than down-after and 20 s",
    yes: 23_001,
    no: 23_000,
    happens: ({ state, master, now }, age) => {
      master.roleReported = flag.replica;
      master.roleReportedTime = now - age;
      checkSubjectivelyDown(state, master, now);
      return master.is(flag.subjectivelyDown);
    },
  },
  {
    what: "a master is down when it was restarted longer ago than master-reboot-down-after-period",
    yes: 501,
    no: 500,
    happens: ({ state, master, now }, age) => {
      master.masterRebootDownAfter = 500;
      master.set(flag.masterReboot);
      master.masterRebootSince = now - age;
      checkSubjectivelyDown(state, master, now);
      return master.is(flag.subjectivelyDown);
    },
  },
  {
    what: "a link is made anew a second after the last attempt",
    yes: 1_000,
    no: 999,
    happens: ({ state, master, now }, age) => {
      state.closeCommand(master.link);
      master.link.lastReconnectTime = now - age;
      reconnect(state, master);
      return master.link.command !== undefined;
    },
  },
  {
    what: "INFO is due when the last is older than 10 s",
    yes: 10_001,
    no: 10_000,
    happens: ({ state, master, now }, age) => {
      quiet(master, now);
      master.infoRefresh = now - age;
      return sends(state, master, now);
    },
  },
  {
    what: "INFO is due from a replica without its master when the last is older than 1 s",
    yes: 1_001,
    no: 1_000,
    happens: ({ state, replica, now }, age) => {
      quiet(replica, now);
      replica.masterLinkDownTime = 5_000;
      replica.infoRefresh = now - age;
      return sends(state, replica, now);
    },
  },
  {
    what: "a ping is due when the last pong is older than 1 s",
    yes: 1_001,
    no: 1_000,
    happens: ({ state, master, now }, age) => {
      quiet(master, now);
      master.link.lastPingTime = now - 900;
      master.link.lastPongTime = now - age;
      return sends(state, master, now);
    },
  },
  {
    what: "a ping is due when the last ping is older than 0.5 s",
    yes: 501,
    no: 500,
    happens: ({ state, master, now }, age) => {
      quiet(master, now);
      master.link.lastPongTime = now - 1_500;
      master.link.lastPingTime = now - age;
      return sends(state, master, now);
    },
  },
  {
    what: "half of an odd ping period is rounded down",
    yes: 250,
    no: 249,
    happens: ({ state, master, now }, age) => {
      quiet(master, now);
      master.downAfter = 499;
      master.link.lastPongTime = now - 1_500;
      master.link.lastPingTime = now - age;
      return sends(state, master, now);
    },
  },
  {
    what: "a hello is due when the last is older than 2 s",
    yes: 2_001,
    no: 2_000,
    happens: ({ state, peer, now }, age) => {
      quiet(peer, now);
      peer.lastPubTime = now - age;
      return sends(state, peer, now);
    },
  },
  {
    what: "nothing is sent once a hundred commands are pending",
    yes: 99,
    no: 100,
    happens: ({ state, master, now }, pending) => {
      master.link.pendingCommands = pending;
      master.infoRefresh = 0;
      return sends(state, master, now);
    },
  },
  {
    what: "two sharers of a link have two hundred",
    yes: 199,
    no: 200,
    happens: ({ state, peer, now }, pending) => {
      peer.link.refcount = 2;
      peer.link.pendingCommands = pending;
      peer.lastPubTime = 0;
      return sends(state, peer, now);
    },
  },
  {
    what: "a peer is asked a second after it answered",
    yes: 1_000,
    no: 999,
    happens: ({ state, master, peer, now }, age) => {
      master.set(flag.subjectivelyDown);
      peer.lastMasterDownReplyTime = now - age;
      const before = peer.link.commandCallbacks.length;
      askOtherSentinels(state, master, false);
      return peer.link.commandCallbacks.length > before;
    },
  },
  {
    what: "a peer's opinion has expired after 5 s",
    yes: 5_001,
    no: 5_000,
    happens: ({ state, master, peer, now }, age) => {
      peer.set(flag.masterDown);
      peer.leader = "somebody";
      peer.lastMasterDownReplyTime = now - age;
      askOtherSentinels(state, master, false);
      return !peer.is(flag.masterDown) && peer.leader === undefined;
    },
  },
  {
    what: "a tick that comes more than 2 s late begins TILT",
    yes: 2_001,
    no: 2_000,
    happens: ({ state, now }, gap) => {
      state.previousTime = now - gap;
      tick(state);
      return state.tilt;
    },
  },
  {
    what: "a tick before the last one begins TILT",
    yes: -1,
    no: 0,
    happens: ({ state, now }, gap) => {
      state.previousTime = now - gap;
      tick(state);
      return state.tilt;
    },
  },
  {
    what: "TILT ends after 30 s",
    yes: 30_000,
    no: 29_999,
    happens: ({ state, now }, age) => {
      state.tilt = true;
      state.tiltStart = now - age;
      state.previousTime = now;
      tick(state);
      return !state.tilt;
    },
  },
  {
    what: "a failover is tried again twice failover-timeout after the last",
    yes: 20_000,
    no: 19_999,
    happens: ({ state, master, now }, age) => {
      master.set(flag.objectivelyDown);
      master.failoverStartTime = now - age;
      return startFailoverIfNeeded(state, master);
    },
  },
  {
    what: "an election is given up after 10 s",
    yes: 10_001,
    no: 10_000,
    happens: ({ state, master, now }, age) => {
      waiting(master, failoverState.waitStart);
      master.failoverTimeout = 180_000;
      master.failoverStartTime = now - age;
      failoverStateMachine(state, master);
      return !master.is(flag.failoverInProgress);
    },
  },
  {
    what: "an election is given up after failover-timeout where that is less",
    yes: 4_001,
    no: 4_000,
    happens: ({ state, master, now }, age) => {
      waiting(master, failoverState.waitStart);
      master.failoverTimeout = 4_000;
      master.failoverStartTime = now - age;
      failoverStateMachine(state, master);
      return !master.is(flag.failoverInProgress);
    },
  },
  {
    what: "a promotion is given up after failover-timeout",
    yes: 10_001,
    no: 10_000,
    happens: ({ state, master, now }, age) => {
      waiting(master, failoverState.waitPromotion);
      master.failoverStateChangeTime = now - age;
      failoverStateMachine(state, master);
      return !master.is(flag.failoverInProgress);
    },
  },
  {
    what: "a failover is ended by force after failover-timeout",
    yes: 10_001,
    no: 10_000,
    happens: ({ world, state, master, replica, now }, age) => {
      world.addPeer(9, "slave");
      const other = state.createReplica(master, "10.0.0.9", 6379);
      if (typeof other === "string") return false;
      waiting(master, failoverState.reconfReplicas);
      replica.set(flag.promoted);
      master.promotedReplica = replica;
      master.failoverStateChangeTime = now - age;
      failoverStateMachine(state, master);
      return master.failoverState === failoverState.updateConfig;
    },
  },
  {
    what: "a replica that was told whom to follow is given up after 10 s",
    yes: 10_001,
    no: 10_000,
    happens: ({ state, master, replica, now }, age) => {
      waiting(master, failoverState.reconfReplicas);
      master.parallelSyncs = 2;
      replica.set(flag.reconfSent);
      replica.reconfSentTime = now - age;
      failoverStateMachine(state, master);
      return replica.is(flag.reconfDone);
    },
  },
  {
    what: "a master looks sane while its last INFO is younger than 20 s",
    yes: 19_999,
    no: 20_000,
    happens: ({ state, master, replica, now }, age) => {
      master.infoRefresh = now - age;
      replica.roleReported = flag.master;
      replica.roleReportedTime = now - 60_000;
      return isToldBy(state, replica, "# Replication\r\nrole:master\r\n");
    },
  },
  {
    what: "a replica that says it is a master is turned back after 8 s",
    yes: 8_001,
    no: 8_000,
    happens: ({ state, replica, now }, age) => {
      replica.roleReported = flag.master;
      replica.roleReportedTime = now - age;
      return isToldBy(state, replica, "# Replication\r\nrole:master\r\n");
    },
  },
  {
    what: "a replica that follows somebody else is turned back after failover-timeout",
    yes: 10_001,
    no: 10_000,
    happens: ({ state, replica, now }, age) => {
      replica.replicaMasterHost = "10.9.9.9";
      replica.replicaConfChangeTime = now - age;
      return isToldBy(state, replica, isReplica("10.9.9.9"));
    },
  },
  {
    what: "a replica counts as not down when its last SDOWN began longer ago",
    yes: 8_001,
    no: 8_000,
    happens: ({ state, replica, now }, age) => {
      replica.roleReported = flag.master;
      replica.roleReportedTime = now - 60_000;
      replica.subjectivelyDownSince = now - age;
      return isToldBy(state, replica, "# Replication\r\nrole:master\r\n");
    },
  },
  {
    what: "a replica can be promoted when its last good answer is at most 5 s old",
    yes: 5_000,
    no: 5_001,
    happens: ({ state, master, replica, now }, age) => {
      replica.infoRefresh = now;
      replica.link.lastAvailTime = now - age;
      return selectReplica(state, master) === replica;
    },
  },
  {
    what: "a replica can be promoted when its INFO is at most 30 s old and the master is up",
    yes: 30_000,
    no: 30_001,
    happens: ({ state, master, replica, now }, age) => {
      replica.link.lastAvailTime = now;
      replica.infoRefresh = now - age;
      return selectReplica(state, master) === replica;
    },
  },
  {
    what: "a replica can be promoted when its INFO is at most 5 s old and the master is down",
    yes: 5_000,
    no: 5_001,
    happens: ({ state, master, replica, now }, age) => {
      master.set(flag.subjectivelyDown);
      master.subjectivelyDownSince = now;
      replica.link.lastAvailTime = now;
      replica.infoRefresh = now - age;
      return selectReplica(state, master) === replica;
    },
  },
  {
    what: "a replica can be promoted when its link was down ten times down-after longer than the master",
    yes: 37_000,
    no: 37_001,
    happens: ({ state, master, replica, now }, age) => {
      master.set(flag.subjectivelyDown);
      master.subjectivelyDownSince = now - 7_000;
      replica.link.lastAvailTime = now;
      replica.infoRefresh = now;
      replica.masterLinkDownTime = age;
      return selectReplica(state, master) === replica;
    },
  },
  {
    what: "a command link older than 15 s is closed when a ping waits",
    yes: 15_001,
    no: 15_000,
    happens: ({ state, master, now }, age) => {
      master.link.commandConnectTime = now - age;
      master.link.actPingTime = now - 2_000;
      master.link.lastPongTime = now - 2_000;
      checkSubjectivelyDown(state, master, now);
      return master.link.command === undefined;
    },
  },
  {
    what: "a command link is closed when a ping waits for longer than half of down-after",
    yes: 1_501,
    no: 1_500,
    happens: ({ state, master, now }, age) => {
      master.link.commandConnectTime = now - 20_000;
      master.link.actPingTime = now - age;
      master.link.lastPongTime = now - 2_000;
      checkSubjectivelyDown(state, master, now);
      return master.link.command === undefined;
    },
  },
  {
    what: "a pub/sub link is closed when nothing was heard for longer than 6 s",
    yes: 6_001,
    no: 6_000,
    happens: ({ state, master, now }, age) => {
      master.link.pubsubConnectTime = now - 20_000;
      master.link.pubsubLastActivity = now - age;
      checkSubjectivelyDown(state, master, now);
      return master.link.pubsub === undefined;
    },
  },
  {
    what: "a master is objectively down when as many as the quorum say so",
    yes: 2,
    no: 3,
    happens: ({ state, master, peer }, quorum) => {
      master.quorum = quorum;
      master.set(flag.subjectivelyDown);
      peer.set(flag.masterDown);
      checkObjectivelyDown(state, master);
      return master.is(flag.objectivelyDown);
    },
  },
];

/** Does this INFO make the Sentinel tell the replica whom to follow? */
function isToldBy(state: SentinelState, replica: Instance, info: string): boolean {
  const before = replica.link.commandCallbacks.length;
  refreshInfo(state, replica, info);
  return replica.link.commandCallbacks.length === before + 6;
}

describe("a comparison that a millisecond decides", () => {
  test.each(rows)("$what", (row) => {
    expect(outcome(row, row.yes)).toBe(true);
    expect(outcome(row, row.no)).toBe(false);
  });

  // sentinelGetLeader(): voters/2+1, and the quorum.
  test.each([
    { sentinels: 3, others: 1, quorum: 2, wins: true },
    { sentinels: 3, others: 0, quorum: 1, wins: false },
    { sentinels: 4, others: 2, quorum: 2, wins: true },
    { sentinels: 4, others: 1, quorum: 2, wins: false },
    { sentinels: 5, others: 3, quorum: 4, wins: true },
    { sentinels: 5, others: 2, quorum: 4, wins: false },
  ])("a leader of $sentinels with $others votes besides its own and quorum $quorum", (row) => {
    const { state, master } = scene(row.sentinels);
    state.currentEpoch = 7;
    master.leaderEpoch = 6;
    master.quorum = row.quorum;
    for (const peer of master.sentinels.records.slice(0, row.others)) {
      peer.leader = state.myid;
      peer.leaderEpoch = 7;
    }

    expect(electedLeader(state, master, 7)).toBe(row.wins ? state.myid : undefined);
  });
});
